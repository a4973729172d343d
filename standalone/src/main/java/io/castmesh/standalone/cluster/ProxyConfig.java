package io.castmesh.standalone.cluster;

import java.util.List;

/**
 * HAProxy's configuration in front of the gateways, as its manual (version 2.6, "balance", "stick
 * on", "redispatch") tells it.
 *
 * @param binds addresses with ports that browsers come to, such as {@code 127.0.0.1:8080}
 * @param certificate PEM file with chain and key; empty: plain HTTP
 * @param management address with port of its own health and metrics
 * @param gateways who answers
 */
record ProxyConfig(
    List<String> binds, String certificate, String management, List<Gateway> gateways) {

  /** One of those who answer. */
  record Gateway(String name, String host, int port, int managementPort) {}

  String text() {
    StringBuilder text = new StringBuilder(START);
    text.append("  # What this proxy says by itself reads like the answers of a gateway.\n");
    ProxyErrors.lines().forEach(line -> text.append("  ").append(line).append('\n'));
    text.append("\nfrontend castmesh\n");
    String tls = certificate.isEmpty() ? "" : " ssl crt " + certificate + " alpn http/1.1";
    binds.forEach(bind -> text.append("  bind ").append(bind).append(tls).append('\n'));
    text.append(
        """
          # Whoever wrote these before us is not believed.
          http-request set-header X-Forwarded-For %%[src]
          http-request set-header X-Forwarded-Proto %s
          # /sockjs/<server>/<session>/<transport>; /sockjs/info belongs to no session.
          acl sockjs_session path_reg ^/sockjs/[^/]+/[^/]+/
          use_backend sockjs if sockjs_session
          # Nobody is fit to serve, as on a machine that is too busy: better a poor answer than none.
          use_backend anybody if { nbsrv(gateways) eq 0 }
          default_backend gateways
        """
            .formatted(certificate.isEmpty() ? "http" : "https"));
    text.append(GATEWAYS);
    servers(text, "");
    text.append(
        """

        backend anybody
          balance leastconn
          option httpchk GET /health/live
        """);
    servers(text, "");
    text.append(
        """

        backend sockjs
          # One session stays on one gateway, also when others come and go: remembered here, and by
          # the hash when this proxy has been restarted.
          balance hash path,field(4,/)
          hash-type consistent
          stick-table type string len 64 size 100k expire 10m
          stick on path,field(4,/)
          http-check disable-on-404
        """);
    servers(text, " track gateways/");
    text.append("\nfrontend management\n  bind ").append(management).append('\n');
    text.append(
        """
          http-request return status 200 content-type application/json string '{"status":"UP"}' if { path /health/live }
          http-request return status 200 content-type application/json string '{"status":"UP"}' if { path /health/ready } { nbsrv(gateways) gt 0 }
          http-request return status 503 content-type application/json string '{"status":"DOWN"}' if { path /health/ready }
          http-request use-service prometheus-exporter if { path /metrics }
          http-request return status 404
        """);
    return text.toString();
  }

  private void servers(StringBuilder text, String track) {
    for (Gateway gateway : gateways) {
      text.append("  server ").append(gateway.name()).append(' ');
      text.append(gateway.host()).append(':').append(gateway.port());
      if (track.isEmpty()) {
        text.append(" check addr ").append(gateway.host());
        text.append(" port ").append(gateway.managementPort());
      } else {
        text.append(track).append(gateway.name());
      }
      text.append('\n');
    }
  }

  private static final String START =
      """
      # Written at each start of castmesh: changes are lost.
      global
        # As many connections as the limit of open files allows: no maxconn.
        log stdout format raw daemon notice

      defaults
        mode http
        log global
        option dontlog-normal
        option httplog
        timeout connect 2s
        timeout client 60s
        timeout server 60s
        timeout http-request 15s
        timeout http-keep-alive 60s
        timeout check 2500ms
        # WebSockets: clients say every 15 s that they are there.
        timeout tunnel 1h
        timeout client-fin 10s
        # Asked again, elsewhere, only while the request has certainly not been read.
        retries 3
        option redispatch 1
        retry-on conn-failure
        # A gateway that drains says 404 here: it is given nothing new and keeps what it has. One
        # that does not answer hangs or is dead: whoever waits for it comes back elsewhere at once.
        option httpchk GET /health/serving
        http-check expect status 200
        default-server inter 250ms fastinter 100ms downinter 250ms fall 3 rise 1 on-marked-down shutdown-sessions
      """;

  private static final String GATEWAYS =
      """

      backend gateways
        balance leastconn
        http-check disable-on-404
        # A question that a gateway leaves unanswered is asked elsewhere; an order might be carried
        # out twice.
        retry-on conn-failure response-timeout
        http-request disable-l7-retry unless METH_GET
        http-request set-timeout server 5s if METH_GET { path_beg /api/ } !{ path_end /content }
      """;
}
