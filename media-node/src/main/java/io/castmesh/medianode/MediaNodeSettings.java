package io.castmesh.medianode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the settings of a node that runs as a process of its own: an argument {@code --name=value}
 * wins over the environment variable {@code CASTMESH_MEDIA_NODE_NAME}, which wins over the default.
 */
final class MediaNodeSettings {

  /** Everything that is wrong with the settings, one sentence each. */
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid(List<String> problems) {
      super(String.join(System.lineSeparator(), problems));
    }
  }

  /** Defaults: loopback only, and the port that Kurento clients expect. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "control-host", "127.0.0.1",
          "control-port", "8888",
          "host", "0.0.0.0",
          "port", "10000",
          "announced-addresses", "");

  private final List<String> problems = new ArrayList<>();
  private final Map<String, String> values = new LinkedHashMap<>(DEFAULTS);

  private MediaNodeSettings(Map<String, String> environment, String[] arguments) {
    for (String name : DEFAULTS.keySet()) {
      String value = environment.get(variable(name));
      if (value != null) {
        values.put(name, value.trim());
      }
    }
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = argument.startsWith("--") && equals > 2 ? argument.substring(2, equals) : "";
      if (DEFAULTS.containsKey(name)) {
        values.put(name, argument.substring(equals + 1).trim());
      } else {
        problems.add("Unknown argument '" + argument + "': known are --name=value with " + names());
      }
    }
  }

  static MediaNodeConfig read(Map<String, String> environment, String... arguments) throws Invalid {
    return new MediaNodeSettings(environment, arguments).config();
  }

  private MediaNodeConfig config() throws Invalid {
    MediaNodeConfig config =
        new MediaNodeConfig(
            values.get("control-host"),
            port("control-port"),
            values.get("host"),
            port("port"),
            Stream.of(values.get("announced-addresses").split(","))
                .map(String::trim)
                .filter(address -> !address.isEmpty())
                .toList());
    if (!problems.isEmpty()) {
      throw new Invalid(problems);
    }
    return config;
  }

  private int port(String name) {
    try {
      int port = Integer.parseInt(values.get(name));
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // Reported below, like a number out of range.
    }
    problems.add(variable(name) + " must be a port number, but is '" + values.get(name) + "'");
    return 0;
  }

  private static String variable(String name) {
    return "CASTMESH_MEDIA_NODE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static String names() {
    return String.join(", ", DEFAULTS.keySet().stream().sorted().toList());
  }
}
