package io.weft.lab.call;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes that the threads of this process have allocated since they were last marked.
 *
 * <p>Of a thread that ended in between nothing is known; while calls are made none does.
 */
final class Allocations {
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private Map<Long, Long> marked = Map.of();

  /** Begins to count. */
  void mark() {
    marked = now();
  }

  /** Returns the bytes allocated since the mark. */
  long sinceMark() {
    long bytes = 0;
    for (var thread : now().entrySet()) {
      bytes += thread.getValue() - marked.getOrDefault(thread.getKey(), 0L);
    }
    return bytes;
  }

  private Map<Long, Long> now() {
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    var byThread = new HashMap<Long, Long>();
    for (int i = 0; i < ids.length; i++) {
      // -1: the thread has ended.
      if (bytes[i] >= 0) {
        byThread.put(ids[i], bytes[i]);
      }
    }
    return byThread;
  }
}
