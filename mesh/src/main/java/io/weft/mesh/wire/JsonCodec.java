package io.weft.mesh.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.weft.mesh.Codec;
import io.weft.mesh.MeshFailure.Application;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * Values as JSON: records on one side, UTF-8 bytes on the other; buffers pass through untouched.
 *
 * <p>It is strict: unknown fields, duplicate fields, a number where a text is expected or text
 * after the value are refused. What a node tells (replies, events, what nodes share or store) is
 * read {@linkplain #lenient leniently} in two points, as that node may be newer than this one.
 * Absent and null fields are the same; null fields are not written. Instants are ISO-8601 texts.
 * Safe for use by many threads.
 */
public final class JsonCodec {
  /** The media type of JSON. */
  public static final String CONTENT_TYPE = "application/json";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .withCoercionConfig(
              LogicalType.Integer,
              config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail))
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private JsonCodec() {}

  /** Returns the codec of a type. Operations keep theirs: making one takes a while. */
  public static <T> Codec<T> of(Class<T> type) {
    return new Typed<>(type, MAPPER.writerFor(type), MAPPER.readerFor(type));
  }

  /**
   * Returns the codec of what a node tells, which may be newer than this one: fields that are not
   * known are passed over, and a value that an enum does not have reads as the one that is marked
   * {@code JsonEnumDefaultValue}, if there is one.
   */
  public static <T> Codec<T> lenient(Class<T> type) {
    return new Typed<>(type, MAPPER.writerFor(type), lenientReader(type));
  }

  private static ObjectReader lenientReader(Class<?> type) {
    return MAPPER
        .readerFor(type)
        .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .with(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE);
  }

  /** The codec of one type, with what Jackson knows of it looked up once. */
  private record Typed<T>(Class<T> type, ObjectWriter writer, ObjectReader reader)
      implements Codec<T> {
    @Override
    public String contentType() {
      return CONTENT_TYPE;
    }

    @Override
    public Buffer encode(T value) {
      return value instanceof Buffer buffer ? buffer : JsonCodec.encode(writer, value);
    }

    @Override
    public T decode(Buffer bytes) {
      return type == Buffer.class ? type.cast(bytes) : JsonCodec.decode(reader, bytes, type);
    }
  }

  /** Encodes a value of any type, for bodies that no operation describes. */
  public static Buffer encode(Object value) {
    return value instanceof Buffer buffer ? buffer : encode(MAPPER.writer(), value);
  }

  /**
   * Decodes a value of any type, for bodies that no operation describes.
   *
   * @throws Application {@code request.invalid}, with the pointer of the field at fault, if the
   *     bytes are not JSON of this type
   */
  public static <T> T decode(Buffer body, Class<T> type) {
    return type == Buffer.class ? type.cast(body) : decode(MAPPER.readerFor(type), body, type);
  }

  /**
   * Decodes what another node has told or stored, as {@link #lenient} does.
   *
   * @throws Application as {@link #decode} does
   */
  public static <T> T decodeLenient(Buffer body, Class<T> type) {
    return type == Buffer.class ? type.cast(body) : decode(lenientReader(type), body, type);
  }

  private static Buffer encode(ObjectWriter writer, Object value) {
    try {
      // Wrapped, not copied.
      return BufferInternal.buffer(Unpooled.wrappedBuffer(writer.writeValueAsBytes(value)));
    } catch (JsonProcessingException e) {
      throw new Application(
          "body.unwritable",
          value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage());
    }
  }

  private static <T> T decode(ObjectReader reader, Buffer body, Class<T> type) {
    try {
      T value = type.cast(read(reader, ((BufferInternal) body).getByteBuf()));
      if (value == null) {
        throw new Application("request.invalid", "null (expected: an object)", "");
      }
      return value;
    } catch (JsonMappingException e) {
      throw new Application("request.invalid", e.getOriginalMessage(), pointer(e));
    } catch (IOException e) {
      throw new Application("request.invalid", "not JSON: " + e.getMessage(), "");
    }
  }

  /** Reads in place where the bytes are on the heap, as those from the network are. */
  private static Object read(ObjectReader reader, ByteBuf bytes) throws IOException {
    int length = bytes.readableBytes();
    return bytes.hasArray()
        ? reader.readValue(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), length)
        : reader.readValue(ByteBufUtil.getBytes(bytes));
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
        .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining());
  }
}
