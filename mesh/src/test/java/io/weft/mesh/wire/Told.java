package io.weft.mesh.wire;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All that a frame tells, entry by entry, as values that can be compared. */
final class Told implements FrameReader.Entries {
  /** The clock of all frames that are read here: it stands still. */
  static final Ticker STANDING = () -> 5_000_000_000L;

  record Asked(
      long id,
      String instance,
      String operation,
      Kind kind,
      String caller,
      Duration remaining,
      String key,
      TraceContext trace,
      String contentType,
      String body) {}

  /** What a request says of where it comes from when it is not as in most. */
  record From(
      Priority priority,
      Map<String, String> attributes,
      int credit,
      boolean explain,
      Principal principal) {
    static final From USUAL =
        new From(Priority.NORMAL, Map.of(), RetryCredit.DEFAULT, false, Principal.ANONYMOUS);
  }

  /** What a failure says was spent below. */
  record Spent(long id, int attempts) {}

  record Answered(long id, boolean replayed, String contentType, String body) {}

  record Failed(long id, String kind, String message) {}

  record FailedApplication(
      long id, String code, String message, String pointer, Duration retryAfter) {}

  record Refused(long id, Rejected.Reason reason, String message, Duration retryAfter) {}

  record StreamBegun(long id) {}

  record Item(long id, long number, String contentType, String body) {}

  record Ended(long id, long number) {}

  record Credit(long id, int items) {}

  record Cancelled(long id) {}

  record Piece(int transfer, int total, int offset, String bytes) {}

  record Reset() {}

  record Load(String instance, double load) {}

  private final List<Object> entries = new ArrayList<>();

  /** Reads a frame to its end. */
  static List<Object> by(Buffer frame) {
    var told = new Told();
    reader(frame).read(told);
    return told.entries;
  }

  /** Reads a frame as far as it can be read. */
  static List<Object> prefixOf(Buffer frame) {
    var told = new Told();
    try {
      reader(frame).read(told);
    } catch (FrameException e) {
      // What came before it counts.
    }
    return told.entries;
  }

  static FrameReader reader(Buffer frame) {
    return new FrameReader(frame, STANDING, Integer.MAX_VALUE);
  }

  static String text(Buffer bytes) {
    return bytes.toString("ISO-8859-1");
  }

  @Override
  public void request(long id, String instance, Request request) {
    entries.add(
        new Asked(
            id,
            instance,
            request.operation(),
            request.kind(),
            request.caller(),
            request.deadline().remaining(),
            request.key(),
            request.trace(),
            request.payload().contentType(),
            text(request.payload().bytes())));
    var origin = request.origin();
    var from =
        new From(
            origin.priority(),
            origin.attributes(),
            origin.credit().left(),
            origin.explain(),
            origin.principal());
    if (!from.equals(From.USUAL)) {
      entries.add(from);
    }
  }

  @Override
  public void reply(long id, Reply reply, boolean stream) {
    if (stream) {
      entries.add(new StreamBegun(id));
      return;
    }

    var payload = reply.payload();
    entries.add(new Answered(id, reply.replayed(), payload.contentType(), text(payload.bytes())));
  }

  @Override
  public void failure(long id, MeshFailure failure, int spent) {
    if (failure instanceof Application it) {
      entries.add(
          new FailedApplication(id, it.code(), it.getMessage(), it.pointer(), it.retryAfter()));
    } else if (failure instanceof Rejected it) {
      entries.add(new Refused(id, it.reason(), it.getMessage(), it.retryAfter()));
    } else {
      entries.add(new Failed(id, failure.kind(), failure.getMessage()));
    }
    if (spent > 0) {
      entries.add(new Spent(id, spent));
    }
  }

  @Override
  public void item(long id, long number, Payload item) {
    entries.add(new Item(id, number, item.contentType(), text(item.bytes())));
  }

  @Override
  public void ended(long id, long number) {
    entries.add(new Ended(id, number));
  }

  @Override
  public void credit(long id, int items) {
    entries.add(new Credit(id, items));
  }

  @Override
  public void cancel(long id) {
    entries.add(new Cancelled(id));
  }

  @Override
  public void piece(int transfer, int total, int offset, Buffer piece) {
    entries.add(new Piece(transfer, total, offset, text(piece)));
  }

  @Override
  public void reset() {
    entries.add(new Reset());
  }

  @Override
  public void load(String instance, double load) {
    entries.add(new Load(instance, load));
  }
}
