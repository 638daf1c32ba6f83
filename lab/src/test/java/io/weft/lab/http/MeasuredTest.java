package io.weft.lab.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.lab.LabException;
import org.junit.jupiter.api.Test;

/** What the load generators say, as they say it. */
class MeasuredTest {
  @Test
  void whatWrkSaysIsRead() {
    var said =
        """
        Running 1s test @ http://127.0.0.1:18998/no
          1 threads and 4 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency   103.02us  575.35us  10.35ms   98.97%
            Req/Sec    60.55k     2.20k   62.03k    81.82%
          Latency Distribution
             50%   52.00us
             75%   56.00us
             90%   58.00us
             99%    1.25ms
          66126 requests in 1.10s, 19.42MB read
          Socket errors: connect 1, read 2, write 3, timeout 4
          Non-2xx or 3xx responses: 5
        Requests/sec:  60120.61
        Transfer/sec:     17.66MB
        """;
    assertEquals(new Measured(60_120.61, 52, 1_250, 15), Measured.ofWrk(said));
    assertThrows(LabException.class, () -> Measured.ofWrk("unable to connect"));
  }

  @Test
  void whatH2loadSaysIsRead() {
    var said =
        """
        finished in 1.01s, 4000.00 req/s, 273.70KB/s
        requests: 4003 total, 4004 started, 4003 done, 4000 succeeded, 3 failed, 3 errored, 0 timeout
        status codes: 4000 2xx, 0 3xx, 0 4xx, 0 5xx
        """;
    var log = new StringBuilder();
    for (int i = 100; i > 0; i--) {
      log.append("1795268482675474\t200\t").append(i).append('\n');
    }
    assertEquals(new Measured(4_000, 51, 100, 3), Measured.ofH2load(said, log.toString()));
    assertThrows(LabException.class, () -> Measured.ofH2load(said, ""));
  }
}
