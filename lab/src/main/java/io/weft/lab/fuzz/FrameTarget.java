package io.weft.lab.fuzz;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.wire.FrameException;
import io.weft.mesh.wire.FrameReader;
import io.weft.mesh.wire.FrameWriter;

/**
 * The reader of frames: bytes are read, or refused with a {@link FrameException}. What was read is
 * within its limits, and can be written and read again.
 */
public final class FrameTarget {
  private static final Ticker STANDING = () -> 0;
  private static final byte[] HEADER = FrameWriter.header("n", "i", 0, "t");

  private FrameTarget() {}

  /** Reads one input: as a whole frame, and as the entries behind a header that is right. */
  public static void fuzzerTestOneInput(byte[] input) {
    readOrRefused(Buffer.buffer(input));
    readOrRefused(Buffer.buffer(HEADER).appendBytes(input));
  }

  private static void readOrRefused(Buffer frame) {
    var again = new Again();
    try {
      new FrameReader(frame, STANDING, MeshLimits.FRAME_MAX_BYTES).read(again);
    } catch (FrameException e) {
      check(String.valueOf(e.getMessage()).length() < 1_000, "a long message");
    }
    again.check();
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /** Writes again what it is told of, one entry to a frame. */
  private static final class Again implements FrameReader.Entries {
    private int told;
    private int retold;

    void check() {
      FrameTarget.check(told == retold, "read " + told + " entries, and " + retold + " again");
      FrameTarget.check(told <= MeshLimits.FRAME_ENTRIES_READ_MAX, told + " entries");
    }

    private void again(FrameWriter writer) {
      told++;
      var frame = Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size());
      new FrameReader(frame, STANDING, MeshLimits.LARGE_FRAME_MAX_BYTES).read(new Count());
    }

    @Override
    public void request(long id, String instance, Request request) {
      FrameTarget.check(request.key().length() <= MeshLimits.KEY_MAX_CHARS, "a long key");
      var writer = new FrameWriter(HEADER);
      // Bytes that are not UTF-8 grow when they are written again, so the names may not fit.
      if (fits(instance) && fits(request.operation()) && fits(request.caller())) {
        writer.request(id, instance, request, request.payload().bytes());
        again(writer);
      }
    }

    private static boolean fits(String name) {
      return Buffer.buffer(name).length() <= MeshLimits.NAME_MAX_BYTES;
    }

    @Override
    public void reply(long id, Reply reply, boolean stream) {
      var writer = new FrameWriter(HEADER);
      writer.reply(id, reply, reply.payload().bytes());
      again(writer);
    }

    @Override
    public void failure(long id, MeshFailure failure, int spent) {
      var writer = new FrameWriter(HEADER);
      writer.failure(id, failure, spent);
      again(writer);
    }

    @Override
    public void item(long id, long number, Payload item) {
      var writer = new FrameWriter(HEADER);
      writer.item(id, Math.max(0, number), item, item.bytes());
      again(writer);
    }

    @Override
    public void ended(long id, long number) {
      var writer = new FrameWriter(HEADER);
      writer.ended(id, Math.max(0, number));
      again(writer);
    }

    @Override
    public void credit(long id, int items) {
      var writer = new FrameWriter(HEADER);
      writer.credit(id, items);
      again(writer);
    }

    @Override
    public void cancel(long id) {
      var writer = new FrameWriter(HEADER);
      writer.cancel(id);
      again(writer);
    }

    @Override
    public void piece(int transfer, int total, int offset, Buffer piece) {
      var writer = new FrameWriter(HEADER);
      writer.piece(transfer, total, 0, piece.getBytes(), piece.length());
      again(writer);
    }

    @Override
    public void reset() {
      var writer = new FrameWriter(HEADER);
      writer.reset();
      again(writer);
    }

    @Override
    public void load(String instance, double load) {
      var writer = new FrameWriter(HEADER);
      writer.load(instance, load);
      again(writer);
    }

    /** Counts what is told the second time. */
    private final class Count implements FrameReader.Entries {
      @Override
      public void request(long id, String instance, Request request) {
        retold++;
      }

      @Override
      public void reply(long id, Reply reply, boolean stream) {
        retold++;
      }

      @Override
      public void failure(long id, MeshFailure failure, int spent) {
        retold++;
      }

      @Override
      public void item(long id, long number, Payload item) {
        retold++;
      }

      @Override
      public void ended(long id, long number) {
        retold++;
      }

      @Override
      public void credit(long id, int items) {
        retold++;
      }

      @Override
      public void cancel(long id) {
        retold++;
      }

      @Override
      public void piece(int transfer, int total, int offset, Buffer piece) {
        retold++;
      }

      @Override
      public void reset() {
        retold++;
      }

      @Override
      public void load(String instance, double load) {
        retold++;
      }
    }
  }
}
