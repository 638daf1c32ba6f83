package io.weft.ledger.backup;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a backup holds, and how to tell whether all of it is there.
 *
 * @param weft the version of Weft that made it
 * @param postgres the version of the server that it was made from
 * @param at when, in ISO-8601; for people
 * @param services what each service keeps, by name
 * @param documents what is kept beside the tables, by name
 */
public record Manifest(
    String weft, String postgres, String at, List<Service> services, List<Document> documents) {
  /** Copies the lists. */
  public Manifest {
    services = List.copyOf(services);
    documents = List.copyOf(documents);
  }

  /**
   * What one service keeps.
   *
   * @param name the service
   * @param migrations those that its schema has had, in their order
   * @param tables each table, those that others refer to first
   * @param sequences the last number that each has given out
   */
  public record Service(
      String name, List<Migration> migrations, List<Table> tables, List<Sequence> sequences) {
    /** Copies the lists. */
    public Service {
      migrations = List.copyOf(migrations);
      tables = List.copyOf(tables);
      sequences = List.copyOf(sequences);
    }
  }

  /**
   * A migration that has run.
   *
   * @param version as its file is numbered
   * @param checksum of its file, as Flyway has it
   */
  public record Migration(String version, int checksum) {}

  /**
   * The rows of a table, in the order of its key.
   *
   * @param name the table
   * @param columns those that are stored, in their order
   * @param rows how many
   * @param sha256 of its text, as COPY writes it
   */
  public record Table(String name, List<String> columns, long rows, String sha256) {
    /** Copies the list. */
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A sequence.
   *
   * @param name the sequence
   * @param last the number that it gave out last
   */
  public record Sequence(String name, long last) {}

  /**
   * A file that is kept beside the tables.
   *
   * @param name its name in the backup
   * @param sha256 of its bytes
   */
  public record Document(String name, String sha256) {}

  /** Returns how many rows there are in all. */
  public long rows() {
    return services.stream().flatMap(s -> s.tables().stream()).mapToLong(Table::rows).sum();
  }

  /** Returns how many tables there are in all. */
  public int tables() {
    return services.stream().mapToInt(s -> s.tables().size()).sum();
  }

  String text() {
    return new JsonObject()
        .put("format", BackupLimits.FORMAT)
        .put("weft", weft)
        .put("postgres", postgres)
        .put("at", at)
        .put("services", new JsonArray(services.stream().map(Manifest::json).toList()))
        .put("documents", new JsonArray(documents.stream().map(JsonObject::mapFrom).toList()))
        .encodePrettily();
  }

  private static JsonObject json(Service service) {
    return new JsonObject()
        .put("name", service.name())
        .put("migrations", list(service.migrations()))
        .put("tables", list(service.tables()))
        .put("sequences", list(service.sequences()));
  }

  private static JsonArray list(List<? extends Record> records) {
    return new JsonArray(records.stream().map(JsonObject::mapFrom).toList());
  }

  /** Reads a manifest; fails when it is of a newer format, or is none. */
  static Manifest read(String text) {
    try {
      var json = new JsonObject(text);
      int format = json.getInteger("format");
      if (format > BackupLimits.FORMAT) {
        throw new BackupException(
            "the backup is of format %d, made by Weft %s (expected: format %d or older): restore it with that version"
                .formatted(format, json.getString("weft"), BackupLimits.FORMAT));
      }
      return new Manifest(
          json.getString("weft"),
          json.getString("postgres"),
          json.getString("at"),
          objects(json, "services").map(Manifest::service).toList(),
          objects(json, "documents")
              .map(d -> new Document(d.getString("name"), d.getString("sha256")))
              .toList());
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw new BackupException("the backup's manifest cannot be read: take another backup", e);
    }
  }

  private static Service service(JsonObject json) {
    return new Service(
        json.getString("name"),
        objects(json, "migrations")
            .map(m -> new Migration(m.getString("version"), m.getInteger("checksum")))
            .toList(),
        objects(json, "tables").map(Manifest::table).toList(),
        objects(json, "sequences")
            .map(s -> new Sequence(s.getString("name"), s.getLong("last")))
            .toList());
  }

  private static Table table(JsonObject json) {
    return new Table(
        json.getString("name"),
        json.getJsonArray("columns").stream().map(String.class::cast).toList(),
        json.getLong("rows"),
        json.getString("sha256"));
  }

  private static Stream<JsonObject> objects(JsonObject json, String key) {
    return json.getJsonArray(key).stream().map(JsonObject.class::cast);
  }
}
