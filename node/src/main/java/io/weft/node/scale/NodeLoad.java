package io.weft.node.scale;

import io.weft.mesh.Operation;
import java.util.List;

/**
 * The contract of the operation by which a node tells what the instances on it have to do: what
 * automatic scaling and plans of capacity go by.
 */
public interface NodeLoad {
  /** Asks one node; a caller names it with {@link io.weft.mesh.CallOptions#withNode}. */
  Operation<Request, Load> LOAD = Operation.query("node.load", Request.class, Load.class);

  /**
   * What is asked.
   *
   * @param past whether to tell of other loads of the last hour too
   */
  record Request(boolean past) {}

  /**
   * What a node has to do.
   *
   * @param node the node's id
   * @param cores the processor cores that it may use
   * @param coresUsed how many of them its process kept busy of late
   * @param services by service, those of which it runs instances or calls operations
   */
  record Load(String node, int cores, double coresUsed, List<ServiceLoad> services) {
    /** Copies the list. */
    public Load {
      services = List.copyOf(services);
    }
  }

  /**
   * What the instances of one service on one node have to do.
   *
   * @param service the service's name
   * @param instances how many instances of it the node runs
   * @param inFlight calls that they run or let wait, on average over the last two seconds or so
   * @param perSecond calls that they served per second, over the last minute
   * @param busy calls that they had in hand on average in that time
   * @param meanMicros how long their answers of late took on average, waiting included
   * @param p99Micros 99 % of them took no longer
   * @param atATimeMax how many calls admission lets one instance run at a time; 0 without instances
   * @param calls how many calls of its operations were made from this node since its start
   * @param failed how many of those failed, other than by an answer of the service
   * @param past how they did at other loads, if that was asked for
   */
  record ServiceLoad(
      String service,
      int instances,
      double inFlight,
      double perSecond,
      double busy,
      long meanMicros,
      long p99Micros,
      int atATimeMax,
      long calls,
      long failed,
      List<Past> past) {
    /** Copies the list. */
    public ServiceLoad {
      past = List.copyOf(past);
    }
  }

  /**
   * How the instances of one service did in an earlier minute.
   *
   * @param instances how many there were
   * @param perSecond calls that they served per second
   * @param meanMicros how long their answers took on average, waiting included
   * @param p99Micros 99 % of them took no longer
   * @param atATimeMax how many calls admission let one instance run at a time
   */
  record Past(int instances, double perSecond, long meanMicros, long p99Micros, int atATimeMax) {}
}
