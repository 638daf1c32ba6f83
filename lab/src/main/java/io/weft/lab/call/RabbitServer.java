package io.weft.lab.call;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A rabbitmq-server, and a consumer that answers through it. */
final class RabbitServer implements EchoServer {
  /** The program that must be there. */
  static final String PROGRAM = "rabbitmq-server";

  /** The queue that requests are published to. */
  static final String QUEUE = "echo";

  /** The exchange that leads to a queue by its name. */
  static final String BY_NAME = "";

  private static final String PORT_MAPPER = "epmd";

  /** The wrapper changes to another user, who may not write where we want it to. */
  private static final Path BEHIND_DEBIANS_WRAPPER =
      Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

  private @Nullable Broker broker;

  @Override
  public Future<JsonObject> start() {
    int port = Ports.free();
    broker = new Broker();
    int mapper = Ports.free();
    var environment = environment(broker.folder().toString(), port, mapper);
    // In the foreground, so that it ends with the rest; Erlang would leave its own behind.
    broker.start(List.of(PORT_MAPPER, "-port", Integer.toString(mapper)), environment, mapper);
    broker.start(List.of(program()), environment, port);
    try {
      var channel = connections(port).newConnection().createChannel();
      channel.queueDeclare(QUEUE, false, true, true, Map.of());
      channel.basicConsume(QUEUE, true, new Answers(channel));
    } catch (IOException | TimeoutException e) {
      return Future.failedFuture(e);
    }
    return Future.succeededFuture(new JsonObject().put("port", port));
  }

  private static Map<String, String> environment(String folder, int port, int mapper) {
    return Map.ofEntries(
        Map.entry("HOME", folder),
        Map.entry("RABBITMQ_NODENAME", "weft-bench-" + port + "@localhost"),
        Map.entry("RABBITMQ_NODE_IP_ADDRESS", Ports.HOST),
        Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
        Map.entry("RABBITMQ_DIST_PORT", Integer.toString(Ports.free())),
        Map.entry("ERL_EPMD_PORT", Integer.toString(mapper)),
        Map.entry("ERL_EPMD_ADDRESS", Ports.HOST),
        Map.entry("RABBITMQ_MNESIA_BASE", folder),
        Map.entry("RABBITMQ_LOG_BASE", folder),
        Map.entry("RABBITMQ_CONFIG_FILE", folder + "/none"),
        Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", folder + "/plugins"),
        Map.entry("RABBITMQ_PID_FILE", folder + "/pid"));
  }

  private static String program() {
    return Files.isExecutable(BEHIND_DEBIANS_WRAPPER) ? BEHIND_DEBIANS_WRAPPER.toString() : PROGRAM;
  }

  /** Returns what makes connections. */
  static ConnectionFactory connections(int port) {
    var factory = new ConnectionFactory();
    factory.setHost(Ports.HOST);
    factory.setPort(port);
    return factory;
  }

  @Override
  public void kill() {
    if (broker != null) {
      broker.kill();
    }
  }

  private static final class Answers extends DefaultConsumer {
    Answers(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) throws IOException {
      var reply =
          new BasicProperties.Builder().correlationId(properties.getCorrelationId()).build();
      getChannel().basicPublish(BY_NAME, properties.getReplyTo(), reply, BodyCodec.answer(body));
    }
  }
}
