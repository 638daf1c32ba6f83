package io.weft.lab.call;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is measured: a server and a client that belong together. */
enum SystemUnderTest {
  /** {@code EventBus.request} as it comes. */
  BARE("bare", ""),
  /** {@code EventBus.request} with one event loop in each process. */
  BARE_ONE_LOOP("bare-1loop", ""),
  /** The mesh with every policy on. */
  WEFT("weft", ""),
  /** The same, telling nobody of its calls. */
  WEFT_UNTOLD("weft-untold", ""),
  /** grpc-java. */
  GRPC("grpc", ""),
  /** NATS. */
  NATS("nats", NatsServer.PROGRAM),
  /** RabbitMQ. */
  RABBITMQ("rabbitmq", RabbitServer.PROGRAM);

  private final String label;
  private final String program;

  SystemUnderTest(String label, String program) {
    this.label = label;
    this.program = program;
  }

  /** Returns the system of a name. */
  static Optional<SystemUnderTest> named(String name) {
    return Stream.of(values()).filter(each -> each.label.equals(name)).findFirst();
  }

  /** Returns all names, for people. */
  static String names() {
    return Arrays.stream(values()).map(SystemUnderTest::label).collect(Collectors.joining(", "));
  }

  /** Returns the name that is typed and shown. */
  String label() {
    return label;
  }

  /** Returns whether it is somebody else's, and measured only on request. */
  boolean peer() {
    return switch (this) {
      case BARE, BARE_ONE_LOOP, WEFT, WEFT_UNTOLD -> false;
      case GRPC, NATS, RABBITMQ -> true;
    };
  }

  /** Returns the program that it needs and that is not on this machine. */
  Optional<String> missing() {
    return Optional.of(program).filter(name -> !name.isEmpty() && Broker.find(name).isEmpty());
  }

  /** Returns a fresh serving side. */
  EchoServer server() {
    return switch (this) {
      case BARE -> new BareServer(0);
      case BARE_ONE_LOOP -> new BareServer(1);
      case WEFT -> new MeshServer(MeshTelling.ALL);
      case WEFT_UNTOLD -> new MeshServer(MeshTelling.NOTHING);
      case GRPC -> new GrpcServer();
      case NATS -> new NatsServer();
      case RABBITMQ -> new RabbitServer();
    };
  }

  /** Returns a fresh calling side. */
  EchoClient client() {
    return switch (this) {
      case BARE -> new BareClient(0);
      case BARE_ONE_LOOP -> new BareClient(1);
      case WEFT -> new MeshClient(MeshTelling.ALL);
      case WEFT_UNTOLD -> new MeshClient(MeshTelling.NOTHING);
      case GRPC -> new GrpcClient();
      case NATS -> new NatsClient();
      case RABBITMQ -> new RabbitClient();
    };
  }
}
