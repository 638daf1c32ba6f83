package io.weft.mesh.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshLimits;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * Bodies as JSON: records on one side, UTF-8 bytes on the other; buffers pass through untouched.
 *
 * <p>It is strict: unknown fields, duplicate fields, a number where a text is expected or text
 * after the value are refused. Absent and null fields are the same; null fields are not written.
 * Instants are ISO-8601 texts. Safe for use by many threads.
 */
public final class JsonCodec {
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

  /**
   * Encodes a value.
   *
   * @throws Application {@code body.too_large} if it takes more than {@link
   *     MeshLimits#BODY_MAX_BYTES}
   */
  public static Buffer encode(Object value) {
    if (value instanceof Buffer buffer) {
      return checked(buffer);
    }
    try {
      return checked(Buffer.buffer(MAPPER.writeValueAsBytes(value)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          value.getClass().getName() + " cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Decodes a value.
   *
   * @throws Application {@code request.invalid}, with the pointer of the field at fault, if the
   *     bytes are not JSON of this type
   */
  public static <T> T decode(Buffer body, Class<T> type) {
    if (type == Buffer.class) {
      return type.cast(body);
    }
    try {
      T value = MAPPER.readValue(body.getBytes(), type);
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

  private static Buffer checked(Buffer body) {
    if (body.length() > MeshLimits.BODY_MAX_BYTES) {
      throw new Application(
          "body.too_large",
          "body of " + body.length() + " bytes (limit: " + MeshLimits.BODY_MAX_BYTES + ")");
    }
    return body;
  }

  private static String pointer(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
        .map(name -> "/" + name.replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining());
  }
}
