package io.weft.node.cli;

import java.lang.reflect.Proxy;

/**
 * The signals that ask a process to end.
 *
 * <p>The JDK has a class for them outside its specified modules, which compilers warn about; it is
 * reached by name. Without it a signal would end the process with a code other than 0, and a second
 * one could not cut a slow stop short.
 */
final class Signals {
  private Signals() {}

  /** Calls {@code task} on each SIGTERM and SIGINT, on a thread of its own. */
  static void onEnd(Runnable task) {
    handle("TERM", task);
    handle("INT", task);
  }

  private static void handle(String name, Runnable task) {
    try {
      var signalClass = Class.forName("sun.misc.Signal");
      var handlerClass = Class.forName("sun.misc.SignalHandler");
      var handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  task.run();
                  return null;
                }
                return method.getName().equals("hashCode") ? (Object) 0 : null;
              });
      signalClass
          .getMethod("handle", signalClass, handlerClass)
          .invoke(null, signalClass.getConstructor(String.class).newInstance(name), handler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("signal " + name + " cannot be handled on this JVM", e);
    }
  }
}
