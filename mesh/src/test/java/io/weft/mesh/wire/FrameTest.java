package io.weft.mesh.wire;

import static io.weft.mesh.wire.Frames.ask;
import static io.weft.mesh.wire.Frames.request;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.security.Principal;
import io.weft.mesh.wire.Told.Answered;
import io.weft.mesh.wire.Told.Asked;
import io.weft.mesh.wire.Told.Cancelled;
import io.weft.mesh.wire.Told.Failed;
import io.weft.mesh.wire.Told.FailedApplication;
import io.weft.mesh.wire.Told.From;
import io.weft.mesh.wire.Told.Piece;
import io.weft.mesh.wire.Told.Refused;
import io.weft.mesh.wire.Told.Reset;
import io.weft.mesh.wire.Told.Spent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What one side writes into a frame, and what the other reads out of it. */
class FrameTest {
  @Test
  void aLoadArrivesInThousandthsAndNeverAsMoreThanFit() {
    var frame =
        Frames.of(
            writer -> {
              writer.load("users-1", 0.4376);
              writer.load("users-2", 1e9);
            });

    assertEquals(
        List.of(new Told.Load("users-1", 0.438), new Told.Load("users-2", 65.535)), Told.by(frame));
  }

  private static final Buffer BODY = Buffer.buffer("{\"id\":\"7\"}");
  private static final int ENTRY_BYTES = 5;

  @Test
  void aHeaderSaysWhoSendsAndForWhom() {
    var reader = Told.reader(Frames.of(FrameWriter::reset));

    assertEquals("edge-1", reader.node());
    assertEquals("a1", reader.incarnation());
    assertEquals(3, reader.lane());
    assertEquals("b2", reader.target());
  }

  @Test
  void aQueryComesOutAsItWentIn() {
    var frame = Frames.of(writer -> ask(writer, 77, "users.get", BODY));

    assertEquals(
        List.of(
            new Asked(
                77,
                "users-1",
                "users.get",
                Kind.QUERY,
                "orders",
                Duration.ofMillis(750),
                "",
                Frames.TRACE,
                "application/json",
                "{\"id\":\"7\"}")),
        Told.by(frame));
  }

  @Test
  void aCommandKeepsItsKeyAndItsContentType() {
    var payload = Payload.of(BODY, "application/cbor");
    var asked = request("users.reserve", Kind.COMMAND, "k-1", payload, Duration.ofSeconds(1));

    var told = (Asked) only(Frames.of(writer -> writer.request(1, "users-1", asked, BODY)));

    assertEquals(Kind.COMMAND, told.kind());
    assertEquals("k-1", told.key());
    assertEquals("application/cbor", told.contentType());
  }

  @Test
  void aKeyMayBeAsLongAsItsLimitAndNoLonger() {
    var longest = "é".repeat(MeshLimits.KEY_MAX_CHARS);

    assertEquals(longest, ((Asked) only(commandWith(longest))).key());
    refused(commandWith(longest + "x"), "key of 256 characters (limit: 255)");
  }

  @Test
  void aCommandThatIsSentOnceAtMostArrivesWithoutAKey() {
    var told = (Asked) only(commandWith(""));

    assertEquals(Kind.COMMAND, told.kind());
    assertEquals("", told.key());
  }

  private static Buffer commandWith(String key) {
    var asked = request("users.reserve", Kind.COMMAND, key, BODY);
    return Frames.of(writer -> writer.request(1, "users-1", asked, BODY));
  }

  @Test
  void itemsAndTheEndOfAStreamAreNumbered() {
    var frame =
        Frames.of(
            writer -> {
              writer.item(7, 5, Payload.of(BODY), BODY);
              writer.ended(7, Long.MAX_VALUE);
            });

    assertEquals(
        List.of(
            new Told.Item(7, 5, JsonCodec.CONTENT_TYPE, BODY.toString()),
            new Told.Ended(7, Long.MAX_VALUE)),
        Told.by(frame));
    refused(
        Frames.of(writer -> writer.item(7, -2, Payload.of(BODY), BODY)),
        "item 18446744073709551614 (expected: of a stream)");
  }

  @Test
  void aDeadlineThatHasPassedArrivesAsNothingLeft() {
    assertEquals(Duration.ZERO, remaining(Duration.ofSeconds(-3)));
  }

  @Test
  void aDeadlineTooFarToWriteArrivesAsTheFarthestThatCanBeWritten() {
    assertEquals(Duration.of(0xFFFF_FFFFL, ChronoUnit.MICROS), remaining(Duration.ofDays(30)));
  }

  private static Duration remaining(Duration given) {
    var asked = request("users.get", Kind.QUERY, "", Payload.of(BODY), given);
    var frame = Frames.of(writer -> writer.request(1, "users-1", asked, BODY));
    return ((Asked) only(frame)).remaining();
  }

  @Test
  void repliesKeepTheirContentTypeAndWhetherTheyWereReplayed() {
    var frame =
        Frames.of(
            writer -> {
              writer.reply(1, Frames.reply(BODY, "text/plain", true), BODY);
              writer.reply(2, Frames.reply(BODY, JsonCodec.CONTENT_TYPE, false), Buffer.buffer());
            });

    assertEquals(
        List.of(
            new Answered(1, true, "text/plain", "{\"id\":\"7\"}"),
            new Answered(2, false, "application/json", "")),
        Told.by(frame));
  }

  @Test
  void whereACallComesFromComesOutAsItWentIn() {
    for (var priority : Priority.values()) {
      for (int credit = 0; credit <= MeshLimits.RETRY_CREDIT_MAX; credit++) {
        var attributes = Map.of("tenant", "é".repeat(MeshLimits.ATTRIBUTE_MAX_CHARS), "", "");
        var told = Told.by(asking(from(priority, attributes, credit, true)));
        assertEquals(
            new From(priority, attributes, credit, true, Principal.ANONYMOUS), told.get(1));
      }
    }
  }

  @Test
  void whoAskedComesOutAsItWentIn() {
    var most = new HashSet<String>();
    for (int i = 0; i < MeshLimits.SCOPES_MAX; i++) {
      most.add("s".repeat(MeshLimits.SCOPE_MAX_CHARS - 2) + (10 + i));
    }
    var subject = "a".repeat(MeshLimits.SUBJECT_MAX_CHARS);
    for (var principal :
        List.of(
            new Principal("anna", Set.of("customer"), Set.of("orders:read", "orders:write")),
            new Principal("anna", Set.of(), Set.of()),
            new Principal("anna", Set.of(), Set.of("operate")),
            new Principal(subject, most, most))) {
      var origin =
          new Origin(
              Frames.TRACE,
              "orders",
              Priority.NORMAL,
              Map.of(),
              new RetryCredit(),
              false,
              principal);
      var from = new From(Priority.NORMAL, Map.of(), RetryCredit.DEFAULT, false, principal);
      assertEquals(from, Told.by(asking(origin)).get(1));
    }
  }

  @Test
  void aPrincipalThatCameBeforeIsNotReadAnewUntilManyOthersHave() {
    var principals = new Principals();
    var anna = principals.of("anna\ncustomer \norders:read ");
    assertSame(anna, principals.of("anna\ncustomer \norders:read "));
    for (int i = 0; i < MeshLimits.PRINCIPALS_KEPT_MAX; i++) {
      principals.of("user" + i + "\n\n");
    }
    assertNotSame(anna, principals.of("anna\ncustomer \norders:read "));
  }

  @Test
  void aPrincipalThatIsNoneIsRefused() {
    var tooMany = new StringBuilder();
    for (int i = 0; i <= MeshLimits.SCOPES_MAX; i++) {
      tooMany.append("s").append(i).append(' ');
    }
    for (var bad :
        List.of(
            "",
            "anna",
            "anna\n",
            "\n\n",
            "\n\noperate ",
            "anna\n\noperate",
            "anna\nb c\n",
            "anna\n\n\n ",
            "ann\u00e4\n\n",
            "a\n\n" + tooMany,
            "a".repeat(129) + "\n\n")) {
      var frame = fields(field(13, Buffer.buffer(bad)));
      assertThrows(FrameException.class, () -> Told.by(frame), bad);
    }
  }

  @Test
  void ofWhatIsAsInMostCallsNothingIsWritten() {
    var usual = asking(from(Priority.NORMAL, Map.of(), RetryCredit.DEFAULT, false));

    assertEquals(Frames.of(writer -> ask(writer, 1, "users.get", BODY)), usual);
    assertEquals(
        failure(new NotSent("gone"), 0), Frames.of(w -> w.failure(1, new NotSent("gone"))));
  }

  @Test
  void whatIsBeyondTheBoundsOfWhereACallComesFromIsRefused() {
    refused(fields(field(8, number(3))), "priority 3 (expected: 0 to 2)");
    refused(fields(field(8, number(-1))), "priority 18446744073709551615 (expected: 0 to 2)");
    refused(fields(field(10, number(17))), "17 further attempts (limit: 16)");
    refused(fields(field(11, number(-1))), "18446744073709551615 further attempts (limit: 16)");
    refused(
        fields(field(9, attribute("a".repeat(129), ""))),
        "attribute of 129 characters (limit: 128)");
    refused(
        fields(field(9, attribute("", "é".repeat(129)))),
        "attribute of 129 characters (limit: 128)");
    refused(
        fields(field(9, attribute("a", "1")), field(9, attribute("a", "2"))),
        "attribute \"a\" twice (expected: once)");
    refused(
        fields(field(9, Buffer.buffer().appendShort((short) 2).appendString("a"))),
        "an attribute's name of 2 bytes in a field of 3");
    var many = new Buffer[MeshLimits.ATTRIBUTES_MAX + 1];
    for (int i = 0; i < many.length; i++) {
      many[i] = field(9, attribute("a" + i, ""));
    }
    refused(fields(many), "an attribute too many (limit: 8)");
  }

  @Test
  void aFailureSaysWhatWasSpentOnBehalfOfItsRequest() {
    assertEquals(
        List.of(new Failed(1, "NotSent", "gone"), new Spent(1, 2)),
        Told.by(failure(new NotSent("gone"), 2)));
  }

  private static Origin from(
      Priority priority, Map<String, String> attributes, int credit, boolean explain) {
    return new Origin(
        Frames.TRACE, "orders", priority, attributes, new RetryCredit(credit), explain);
  }

  private static Buffer asking(Origin origin) {
    return Frames.of(writer -> writer.request(1, "users-1", request(origin, BODY), BODY));
  }

  private static Buffer failure(MeshFailure failure, int spent) {
    return Frames.of(writer -> writer.failure(1, failure, spent));
  }

  /** Returns a frame with a reply, which is the shortest entry that has fields. */
  private static Buffer fields(Buffer... fields) {
    var entry = Buffer.buffer().appendLong(1).appendByte((byte) 0);
    entry.appendByte((byte) fields.length);
    for (var field : fields) {
      entry.appendBuffer(field);
    }
    return Buffer.buffer(Frames.header())
        .appendByte((byte) 3)
        .appendInt(entry.length())
        .appendBuffer(entry);
  }

  private static Buffer field(int tag, Buffer value) {
    return Buffer.buffer()
        .appendByte((byte) tag)
        .appendShort((short) value.length())
        .appendBuffer(value);
  }

  private static Buffer number(long value) {
    return Buffer.buffer().appendLong(value);
  }

  private static Buffer attribute(String name, String value) {
    var bytes = Buffer.buffer(name);
    return Buffer.buffer()
        .appendShort((short) bytes.length())
        .appendBuffer(bytes)
        .appendString(value);
  }

  @Test
  void everyKindOfFailureComesOutAsItWentIn() {
    var failures =
        List.of(
            new NotSent("gone"),
            new Rejected(Rejected.Reason.FORBIDDEN, "no", Duration.ofMillis(1_500)),
            new Expired("late"),
            new Unknown("lost"),
            new Application("user.invalid", "no name", "/name"),
            new Application("user.not_found", "nobody"),
            new Application("token.too_many_tries", "wait", null, Duration.ofMillis(6_500)));

    assertEquals(
        List.of(
            new Failed(0, "NotSent", "gone"),
            new Refused(1, Rejected.Reason.FORBIDDEN, "no", Duration.ofMillis(1_500)),
            new Failed(2, "Expired", "late"),
            new Failed(3, "Unknown", "lost"),
            new FailedApplication(4, "user.invalid", "no name", "/name", null),
            new FailedApplication(5, "user.not_found", "nobody", null, null),
            new FailedApplication(
                6, "token.too_many_tries", "wait", null, Duration.ofMillis(6_500))),
        Told.by(
            Frames.of(
                writer -> {
                  for (int i = 0; i < failures.size(); i++) {
                    writer.failure(i, failures.get(i));
                  }
                })));
  }

  @Test
  void everyReasonOfARefusalComesOutAsItWentIn() {
    for (var reason : Rejected.Reason.values()) {
      var told = (Refused) failed(new Rejected(reason, "no", Duration.ZERO));
      assertEquals(reason, told.reason());
    }
  }

  @Test
  void aTextOfAFailureIsCutToItsLimit() {
    var told = (Failed) failed(new Unknown("ж".repeat(MeshLimits.TEXT_MAX_CHARS + 1)));

    assertEquals("ж".repeat(MeshLimits.TEXT_MAX_CHARS), told.message());
  }

  @Test
  void aTextThatWasNotCutIsRefused() {
    refused(
        entry(4, b -> b.appendLong(1).appendByte((byte) 0).appendByte((byte) 1), 4, 12_289),
        "text of 12289 bytes (limit: 12288)");
  }

  @Test
  void aWaitWithoutEndDoesNotSpoilTheFrame() {
    var forever = ChronoUnit.FOREVER.getDuration();
    var told = (Refused) failed(new Rejected(Rejected.Reason.OVERLOADED, "no", forever));

    assertEquals(Duration.ofMillis(0xFFFF_FFFFL), told.retryAfter());
    told = (Refused) failed(new Rejected(Rejected.Reason.OVERLOADED, "no", Duration.ofDays(-1)));
    assertEquals(Duration.ZERO, told.retryAfter());
  }

  @Test
  void cancelsPiecesAndResetsComeOutAsTheyWentIn() {
    var source = "0123456789".getBytes(US_ASCII);
    var frame =
        Frames.of(
            writer -> {
              writer.cancel(-1);
              writer.piece(9, 10, 2, source, 3);
              writer.reset();
            });

    assertEquals(
        List.of(new Cancelled(-1), new Piece(9, 10, 2, "234"), new Reset()), Told.by(frame));
  }

  @Test
  void aNameIsWrittenOnceAndReadAsOftenAsItIsUsed() {
    var once = Frames.of(writer -> ask(writer, 1, "users.get", BODY));
    var twice =
        Frames.of(
            writer -> {
              ask(writer, 1, "users.get", BODY);
              ask(writer, 2, "users.get", BODY);
            });

    int names = 3 * ENTRY_BYTES + "users-1users.getorders".length();
    int entry = once.length() - Frames.header().length - names;
    assertEquals(once.length() + entry, twice.length());
    assertEquals(
        ((Asked) Told.by(twice).get(0)).instance(), ((Asked) Told.by(twice).get(1)).instance());
  }

  @Test
  void aFrameIsFullBeforeItsNamesRunOut() {
    var writer = new FrameWriter(Frames.header());
    int written = 0;
    while (!writer.full()) {
      var asked = request("users.get-" + written, Kind.QUERY, "", BODY);
      writer.request(written, "users-" + written, asked, BODY);
      written++;
    }

    assertEquals(31, written);
    assertEquals(written, Told.by(Frames.bytes(writer)).size());
  }

  @Test
  void aNameTooManyIsRefused() {
    var frame = Buffer.buffer(Frames.header());
    for (int i = 0; i <= MeshLimits.FRAME_NAMES_MAX; i++) {
      frame.appendByte((byte) 1).appendInt(1).appendString("n");
    }

    refused(frame, "a name too many (limit: 64)");
  }

  @Test
  void aNameThatIsTooLongOrWouldSpoilALogIsRefused() {
    refused(named("n".repeat(513)), "name of 513 bytes (limit: 512)");
    refused(named("users\n2026 ERROR"), "name with byte 10 (expected: no control character)");
    refused(named("users\u007f"), "name with byte 127 (expected: no control character)");
    assertTrue(Told.by(named("é".repeat(256))).isEmpty());
  }

  private static Buffer named(String name) {
    var bytes = Buffer.buffer(name);
    return Buffer.buffer(Frames.header())
        .appendByte((byte) 1)
        .appendInt(bytes.length())
        .appendBuffer(bytes);
  }

  @Test
  void aHeaderWithANameThatIsTooLongIsNeitherWrittenNorRead() {
    var name = "n".repeat(MeshLimits.NAME_MAX_BYTES);
    assertEquals(name, Told.reader(Buffer.buffer(FrameWriter.header(name, name, 1, name))).node());

    assertThrows(IllegalArgumentException.class, () -> FrameWriter.header(name + "n", "a", 1, "b"));
    var longer =
        Buffer.buffer().appendByte((byte) 0x57).appendByte((byte) 1).appendShort((short) 521);
    longer.appendShort((short) 513).appendString(name + "n").appendBytes(new byte[6]);
    refused(longer, "name of 513 bytes (limit: 512)");
  }

  @Test
  void aNameThatWasNotWrittenIsRefused() {
    var frame = Frames.of(writer -> ask(writer, 1, "users.get", BODY));
    int nameIndex = frame.length() - BODY.length() - 1 - 1 - 24 - 2;
    frame.setShort(nameIndex, (short) 3);

    refused(frame, "name 3 (expected: one of 3)");
  }

  @Test
  void anOperationWithoutAServiceIsRefused() {
    refused(
        Frames.of(writer -> ask(writer, 1, "get", BODY)),
        "operation \"get\" (expected: service.verb)");
  }

  @Test
  void aKindThatIsNotKnownIsRefused() {
    var frame = Frames.of(writer -> ask(writer, 1, "users.get", BODY));
    frame.setByte(frame.length() - BODY.length() - 1 - 1 - 24 - 6 - 1, (byte) 3);

    refused(frame, "kind 3 (expected: 0 to 2)");
  }

  @Test
  void anEntryOfALaterVersionIsSkipped() {
    var frame = Frames.of(FrameWriter::reset);
    frame.appendByte((byte) 200).appendInt(3).appendString("new");
    frame.appendBytes(Frames.of(new byte[0], writer -> writer.cancel(5)).getBytes());

    assertEquals(List.of(new Reset(), new Cancelled(5)), Told.by(frame));
  }

  @Test
  void aFieldOfALaterVersionIsSkipped() {
    var frame = entry(3, b -> b.appendLong(1).appendByte((byte) 0).appendByte((byte) 2), 99, 3);
    frame =
        lengthened(
            frame, Buffer.buffer().appendByte((byte) 2).appendShort((short) 1).appendString("t"));

    assertEquals(List.of(new Answered(1, false, "t", "")), Told.by(frame));
  }

  @Test
  void whatALaterVersionAddsToAFixedEntryIsSkipped() {
    var frame = Buffer.buffer(Frames.header());
    frame.appendByte((byte) 5).appendInt(11).appendLong(7).appendString("new");

    assertEquals(List.of(new Cancelled(7)), Told.by(frame));
  }

  @Test
  void aHeaderOfALaterVersionMayBeLonger() {
    var header = Buffer.buffer(Frames.header());
    header.setShort(2, (short) (header.getShort(2) + 5)).appendString("newer");

    var frame = Frames.of(header.getBytes(), writer -> writer.cancel(5));

    assertEquals("b2", Told.reader(frame).target());
    assertEquals(List.of(new Cancelled(5)), Told.by(frame));
  }

  @Test
  void aFailureOfALaterKindIsUnknownAndALaterReasonIsARefusal() {
    var later = Frames.of(writer -> writer.failure(1, new NotSent("gone")));
    later.setByte(Frames.header().length + ENTRY_BYTES + 8, (byte) 9);
    assertEquals(List.of(new Failed(1, "Unknown", "gone")), Told.by(later));

    var refusal =
        Frames.of(
            writer ->
                writer.failure(1, new Rejected(Rejected.Reason.DRAINING, "no", Duration.ZERO)));
    int at = refusal.toString("ISO-8859-1").indexOf("DRAINING");
    refusal.setString(at, "DREAMING");
    assertEquals(Rejected.Reason.UNAVAILABLE, ((Refused) only(refusal)).reason());
  }

  @Test
  void anotherMagicOrVersionIsRefused() {
    for (int at : new int[] {0, 1}) {
      var frame = Frames.of(FrameWriter::reset);
      frame.setByte(at, (byte) 2);
      assertTrue(refusal(frame).endsWith("(expected: a frame of version 1)"), refusal(frame));
    }
  }

  @Test
  void aFrameOverItsLimitIsRefusedWithValueAndLimit() {
    var frame = Frames.of(FrameWriter::reset);
    var refusal =
        assertThrows(
            FrameException.class, () -> new FrameReader(frame, Told.STANDING, frame.length() - 1));

    assertEquals(
        "frame of " + frame.length() + " bytes (limit: " + (frame.length() - 1) + ")",
        refusal.getMessage());
  }

  @Test
  void aBodyOverItsLimitIsRefusedAsAFaultOfTheFrame() {
    var body = Buffer.buffer(new byte[MeshLimits.BODY_MAX_BYTES + 1]);

    refused(
        Frames.of(writer -> writer.reply(1, Frames.reply(BODY, "x", false), body)),
        "body of 4194305 bytes (limit: 4194304)");
  }

  @Test
  void moreEntriesThanAnyNodeWritesAreRefused() {
    var most =
        Frames.of(
            writer -> {
              for (int i = 0; i < MeshLimits.FRAME_ENTRIES_READ_MAX; i++) {
                writer.reset();
              }
            });
    assertEquals(MeshLimits.FRAME_ENTRIES_READ_MAX, Told.by(most).size());

    refused(most.appendByte((byte) 10).appendInt(0), "an entry too many (limit: 256)");
  }

  @Test
  void anEntryOrFieldThatIsLongerThanWhatHoldsItIsRefused() {
    var entry = Buffer.buffer(Frames.header()).appendByte((byte) 10);
    refused(
        entry.copy().appendInt(1), "an entry of 1 bytes at byte 27 of 27 (expected: more bytes)");
    refused(
        entry.copy().appendInt(-1),
        "an entry of 4294967295 bytes at byte 27 of 27 (expected: more bytes)");

    var field = Frames.of(writer -> writer.failure(1, new NotSent("gone")));
    field.setShort(Frames.header().length + ENTRY_BYTES + 8 + 1 + 1 + 1, (short) 5);
    refused(field, "5 bytes at byte 40 of 44 (expected: more bytes)");
  }

  @Test
  void aNumberInAShorterFieldIsRefused() {
    var told =
        Frames.of(
            writer -> writer.failure(1, new Rejected(Rejected.Reason.DRAINING, "", Duration.ZERO)));
    int field = told.length() - 8 - 2;
    told.setShort(field, (short) 4);

    refused(told, "field 7 of 4 bytes (expected: more)");
  }

  @Test
  void bytesOutsideTheHeapAreReadToo() {
    var frame = Frames.ofEverything();
    var direct = Unpooled.directBuffer().writeBytes(frame.getBytes());

    assertEquals(Told.by(frame), Told.by(BufferInternal.buffer(direct)));
    assertEquals(
        Told.by(frame),
        Told.by(Buffer.buffer("before").appendBuffer(frame).slice(6, 6 + frame.length())));
  }

  @Test
  void aWriterThatIsClearedBeginsAnew() {
    var writer = new FrameWriter(Frames.header());
    ask(writer, 1, "users.get", BODY);
    writer.clear();
    assertEquals(0, writer.entries());
    assertFalse(writer.full());
    ask(writer, 2, "users.list", BODY);

    assertEquals("users.list", ((Asked) only(Frames.bytes(writer))).operation());
  }

  private static Object failed(MeshFailure failure) {
    return only(Frames.of(writer -> writer.failure(1, failure)));
  }

  private static Object only(Buffer frame) {
    var told = Told.by(frame);
    assertEquals(1, told.size());
    return told.get(0);
  }

  private static void refused(Buffer frame, String why) {
    assertEquals(why, refusal(frame));
  }

  private static String refusal(Buffer frame) {
    return assertThrows(FrameException.class, () -> Told.by(frame)).getMessage();
  }

  /** Returns a frame of one entry that ends with a field of blanks. */
  private static Buffer entry(int type, Consumer<Buffer> fixed, int tag, int fieldBytes) {
    var entry = Buffer.buffer();
    fixed.accept(entry);
    entry
        .appendByte((byte) tag)
        .appendShort((short) fieldBytes)
        .appendString(" ".repeat(fieldBytes));
    return Buffer.buffer(Frames.header())
        .appendByte((byte) type)
        .appendInt(entry.length())
        .appendBuffer(entry);
  }

  /** Returns a frame of one entry with more bytes at its end. */
  private static Buffer lengthened(Buffer frame, Buffer more) {
    int length = Frames.header().length + 1;
    return frame.setInt(length, frame.getInt(length) + more.length()).appendBuffer(more);
  }
}
