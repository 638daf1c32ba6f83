package io.weft.lab.http;

import io.weft.lab.LabException;
import io.weft.lab.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The proxies of others that the gateway is measured beside, as their manuals advise. */
final class Proxy {
  private static final String NGINX =
      """
      daemon off;
      pid %1$s/nginx.pid;
      error_log %1$s/nginx-error.log;
      worker_processes auto;
      events { worker_connections 4096; }
      http {
        access_log off;
        client_body_temp_path %1$s/nginx-body;
        proxy_temp_path %1$s/nginx-proxy;
        fastcgi_temp_path %1$s/nginx-fastcgi;
        uwsgi_temp_path %1$s/nginx-uwsgi;
        scgi_temp_path %1$s/nginx-scgi;
        keepalive_requests 1000000000;
        upstream lookup {
          server 127.0.0.1:%2$d;
          keepalive %4$d;
          keepalive_requests 1000000000;
        }
        server {
          listen 127.0.0.1:%3$d;
          location / {
            proxy_pass http://lookup;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
          }
        }
      }
      """;

  private static final String HAPROXY =
      """
      global
        maxconn 4096
      defaults
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
        http-reuse always
      frontend edge
        bind 127.0.0.1:%2$d proto h2
        default_backend lookup
      backend lookup
        server lookup 127.0.0.1:%1$d
      """;

  private Proxy() {}

  /** Starts nginx in front of a lookup. */
  static Program nginx(Path folder, int lookup, int port) {
    var file =
        write(
            folder.resolve("nginx.conf"),
            NGINX.formatted(folder, lookup, port, HttpLimits.KEPT_CONNECTIONS));
    return Program.listening(
        port, folder.resolve("nginx.out"), "nginx", "-p", folder.toString(), "-c", file);
  }

  /** Starts haproxy in front of a lookup; it takes HTTP/2 in clear text. */
  static Program haproxy(Path folder, int lookup, int port) {
    var file = write(folder.resolve("haproxy.cfg"), HAPROXY.formatted(lookup, port));
    return Program.listening(port, folder.resolve("haproxy.out"), "haproxy", "-db", "-f", file);
  }

  private static String write(Path file, String text) {
    try {
      return Files.writeString(file, text).toString();
    } catch (IOException e) {
      throw new LabException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Returns the address of a user behind a port of this host. */
  static String user(int port) {
    return "http://" + Ports.HOST + ":" + port + "/v1/users/" + Lookup.id(0);
  }
}
