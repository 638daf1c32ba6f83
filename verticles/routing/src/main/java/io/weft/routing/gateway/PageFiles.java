package io.weft.routing.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.problem.Problem;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a page of ours, which are read and packed off the event loop when the first of them
 * is asked for, and held in memory from then on. Safe for use from any thread.
 */
public final class PageFiles {
  private static final Logger LOG = LoggerFactory.getLogger(PageFiles.class);

  private final String page;
  private final Callable<Map<String, PageFile>> reader;
  private final Problem unreadable;
  private @Nullable Future<Map<String, PageFile>> files;

  /**
   * Creates the files of a page; nothing is read yet.
   *
   * @param page what it is, for the log, such as {@code the console}
   * @param reader reads them by their names; it may block
   * @param unreadable the answer when they cannot be read, which the log says more of
   */
  public PageFiles(String page, Callable<Map<String, PageFile>> reader, Problem unreadable) {
    this.page = page;
    this.reader = reader;
    this.unreadable = unreadable;
  }

  /**
   * Answers a request, on its own context wherever the files were read.
   *
   * @param answer answers it from the files by their names
   */
  public void answer(RoutingContext context, Consumer<Map<String, PageFile>> answer) {
    var own = context.vertx().getOrCreateContext();
    files(context.vertx())
        .onComplete(
            (all, failure) ->
                own.runOnContext(
                    turn -> {
                      if (failure == null) {
                        answer.accept(all);
                      } else {
                        Responses.problem(context, unreadable);
                      }
                    }));
  }

  private synchronized Future<Map<String, PageFile>> files(Vertx vertx) {
    if (files == null) {
      files =
          vertx.executeBlocking(reader).onFailure(e -> LOG.error("{} cannot be shown", page, e));
    }
    return files;
  }
}
