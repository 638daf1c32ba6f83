package io.weft.lab.call;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Say;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client of RabbitMQ: direct reply-to over one channel. */
final class RabbitClient implements EchoClient {
  private static final String REPLIES = "amq.rabbitmq.reply-to";

  private final CallerThread caller = new CallerThread();

  /** The calls outstanding, by the number of their request; as many as the load makes at once. */
  private final Map<String, Done> waiting = new ConcurrentHashMap<>();

  private @Nullable Channel channel;

  @Override
  public Future<Void> connect(JsonObject address) {
    try {
      var opened =
          RabbitServer.connections(address.getInteger("port")).newConnection().createChannel();
      opened.basicConsume(REPLIES, true, new Replies(opened));
      channel = opened;
      return Future.succeededFuture();
    } catch (IOException | TimeoutException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public void call(Say request, Done done) {
    var id = Long.toString(request.number());
    var properties = new BasicProperties.Builder().correlationId(id).replyTo(REPLIES).build();
    waiting.put(id, done);
    try {
      Objects.requireNonNull(channel, "not connected")
          .basicPublish(
              RabbitServer.BY_NAME,
              RabbitServer.QUEUE,
              properties,
              BodyCodec.request(request).getBytes());
    } catch (IOException e) {
      waiting.remove(id);
      done.done(null, e);
    }
  }

  @Override
  public void execute(Runnable task) {
    caller.execute(task);
  }

  private final class Replies extends DefaultConsumer {
    Replies(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      var done = waiting.remove(properties.getCorrelationId());
      if (done != null) {
        BodyCodec.finish(Buffer.buffer(body), done);
      }
    }
  }
}
