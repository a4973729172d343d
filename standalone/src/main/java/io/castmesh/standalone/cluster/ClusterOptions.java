package io.castmesh.standalone.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The command line of {@code ./castmesh cluster}.
 *
 * @param counts how many processes of each {@link Service}
 * @param port of the proxy; 0: the one of the settings
 * @param bind the address that databases, media nodes and the proxy listen on, besides loopback for
 *     the proxy
 * @param portsFrom the first port that processes are given; 0: one that depends on the data folder
 * @param hosts the address of single processes, by name; the others have {@link #bind}
 * @param wraps what stands in front of the command of single processes, by name
 * @param tls whether processes show each other a certificate that is made for them
 */
record ClusterOptions(
    Map<Service, Integer> counts,
    int port,
    String bind,
    int portsFrom,
    Map<String, String> hosts,
    Map<String, List<String>> wraps,
    boolean tls) {

  private static final int MOST = 16;

  /** An IPv4 or IPv6 address or a name; nothing that could be more than a word elsewhere. */
  private static final String ADDRESS = "[0-9A-Za-z.:-]{1,255}";

  ClusterOptions {
    counts = Map.copyOf(counts);
    hosts = Map.copyOf(hosts);
    wraps = Map.copyOf(wraps);
  }

  /**
   * @throws UsageException with one sentence
   */
  static ClusterOptions parse(List<String> arguments) {
    Map<Service, Integer> counts = new TreeMap<>();
    for (Service service : Service.values()) {
      counts.put(service, service.usual());
    }
    int port = 0;
    int portsFrom = 0;
    String bind = "127.0.0.1";
    Map<String, String> hosts = new LinkedHashMap<>();
    Map<String, List<String>> wraps = new LinkedHashMap<>();
    boolean tls = false;
    for (int i = 0; i < arguments.size(); i++) {
      String option = arguments.get(i);
      if (option.equals("--tls")) {
        tls = true;
        continue;
      }
      String value = "";
      int equals = option.indexOf('=');
      if (option.startsWith("--") && equals > 0) {
        value = option.substring(equals + 1);
        option = option.substring(0, equals);
      } else if (option.startsWith("--") && i + 1 < arguments.size()) {
        value = arguments.get(++i);
      }
      Service service = Service.ofOption(option);
      if (service != null) {
        counts.put(service, number(option, value, 1, MOST));
        continue;
      }
      switch (option) {
        case "--port" -> port = number(option, value, 1, 65535);
        case "--ports-from" -> portsFrom = number(option, value, 1024, 65000);
        case "--bind" -> bind = address(option, value);
        case "--host" -> {
          String[] pair = pair(option, value, "10.0.0.2");
          hosts.put(pair[0], address(option, pair[1]));
        }
        case "--wrap" -> {
          String[] pair = pair(option, value, "nsenter -t 123 -n");
          wraps.put(pair[0], List.of(pair[1].trim().split("\\s+")));
        }
        default ->
            throw new UsageException("There is no option \"" + option + "\"; see ./castmesh help.");
      }
    }
    ClusterOptions options = new ClusterOptions(counts, port, bind, portsFrom, hosts, wraps, tls);
    options.requireKnownNames();
    return options;
  }

  String host(String name) {
    return hosts.getOrDefault(name, bind);
  }

  List<String> wrap(String name) {
    return wraps.getOrDefault(name, List.of());
  }

  private void requireKnownNames() {
    for (String name : List.copyOf(hosts.keySet())) {
      requireKnown("--host", name);
    }
    for (String name : List.copyOf(wraps.keySet())) {
      requireKnown("--wrap", name);
    }
  }

  private void requireKnown(String option, String name) {
    boolean known =
        counts.entrySet().stream()
            .anyMatch(
                entry ->
                    name.matches(entry.getKey().label() + "-[1-9]\\d?")
                        && Integer.parseInt(name.substring(entry.getKey().label().length() + 1))
                            <= entry.getValue());
    if (!known) {
      throw new UsageException(
          option + ": there is no process \"" + name + "\", only such as gateway-1 or room-2.");
    }
  }

  private static int number(String option, String value, int least, int most) {
    if (value.matches("\\d{1,9}")) {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new UsageException(
        option + " must be a number from " + least + " to " + most + ", not \"" + value + "\".");
  }

  private static String address(String option, String value) {
    if (!value.matches(ADDRESS)) {
      throw new UsageException(option + " needs an address, not \"" + value + "\".");
    }
    return value;
  }

  private static String[] pair(String option, String value, String example) {
    int equals = value.indexOf('=');
    if (equals < 1 || equals == value.length() - 1) {
      throw new UsageException(
          option + " needs NAME=VALUE, such as gateway-2=" + example + ", not \"" + value + "\".");
    }
    return new String[] {value.substring(0, equals), value.substring(equals + 1)};
  }
}
