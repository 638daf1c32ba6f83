package io.weft.mesh.pki;

import io.weft.mesh.MeshLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An authority for development, in a folder of PEM files: {@code authority.pem} and {@code
 * authority.key}, and for each name that it signed {@code NAME.pem} and {@code NAME.key}.
 *
 * <p>Keys are for their owner's eyes only (mode 600), and nothing that is there is written over. An
 * authority whose key lies beside what it signs is none for production. All of it blocks.
 */
public final class DevelopmentAuthority {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
  private static final String AUTHORITY = "authority";
  private static final String NODE = "node";
  private static final String AUTHORITY_STORE = "authority.p12";
  private static final String NODE_STORE = "node.p12";
  private static final int PEM_LINE_CHARS = 64;

  private final Path folder;

  private DevelopmentAuthority(Path folder) {
    this.folder = folder;
  }

  /** Opens the authority of a folder, and makes it when there is none. */
  public static DevelopmentAuthority in(Path folder) throws IOException {
    var authority = new DevelopmentAuthority(folder);
    if (!Files.exists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.exists(authority.certificate())) {
      authority.make();
    }
    return authority;
  }

  /** Returns the file of the authority's certificate. */
  public Path certificate() {
    return folder.resolve(AUTHORITY + ".pem");
  }

  /** Returns the file of a name's certificate. */
  public Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  /** Returns the file of a name's key. */
  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /**
   * Signs a certificate for a node, valid from now on.
   *
   * @param name the node's name
   * @param hosts host names and addresses besides the name, localhost and loopback
   */
  public void issue(String name, List<String> hosts) throws IOException {
    issue(name, hosts, Duration.ZERO, MeshLimits.DEVELOPMENT_CERTIFICATE_VALID);
  }

  /**
   * Signs a certificate for a node.
   *
   * @param ago how long ago it began to be valid; in whole days, of which at least one is valid
   */
  public void issue(String name, List<String> hosts, Duration ago, Duration valid)
      throws IOException {
    if (!NAME.matcher(name).matches() || name.equals(AUTHORITY)) {
      throw new IOException(
          "name \"" + name + "\" (expected: a node's name, and not " + AUTHORITY + ")");
    }
    refuseToOverwrite(name);
    inScratch((scratch, password) -> sign(scratch, password, name, names(name, hosts), ago, valid));
  }

  private void make() throws IOException {
    refuseToOverwrite(AUTHORITY);
    inScratch(
        (scratch, password) -> {
          new Keytool(scratch, password)
              .run(
                  "-genkeypair",
                  "-alias",
                  AUTHORITY,
                  "-keystore",
                  AUTHORITY_STORE,
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-dname",
                  "CN=Weft development authority " + password.substring(0, 8),
                  "-validity",
                  days(MeshLimits.DEVELOPMENT_AUTHORITY_VALID),
                  "-ext",
                  "bc:critical=ca:true,pathlen:0",
                  "-ext",
                  "ku:critical=keyCertSign,cRLSign");
          var store = load(scratch.resolve(AUTHORITY_STORE), password);
          keep(AUTHORITY, store.getCertificate(AUTHORITY), key(store, AUTHORITY, password));
        });
  }

  private void sign(
      Path scratch, String password, String name, String names, Duration ago, Duration valid)
      throws IOException, GeneralSecurityException {
    storeAuthority(scratch.resolve(AUTHORITY_STORE), password);
    var keytool = new Keytool(scratch, password);
    keytool.run(
        "-genkeypair",
        "-alias",
        NODE,
        "-keystore",
        NODE_STORE,
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=" + name);
    keytool.run("-certreq", "-alias", NODE, "-keystore", NODE_STORE, "-file", "request");
    keytool.run(
        "-gencert",
        "-alias",
        AUTHORITY,
        "-keystore",
        AUTHORITY_STORE,
        "-infile",
        "request",
        "-outfile",
        "signed",
        "-startdate",
        "-" + days(ago) + "d",
        "-validity",
        days(valid),
        "-ext",
        "san=" + names,
        "-ext",
        "ku:critical=digitalSignature",
        "-ext",
        "eku=serverAuth,clientAuth");
    var store = load(scratch.resolve(NODE_STORE), password);
    keep(name, certificate(scratch.resolve("signed")), key(store, NODE, password));
  }

  private static String names(String name, List<String> hosts) throws IOException {
    var names = new StringBuilder("dns:" + name + ",dns:localhost,ip:127.0.0.1,ip:::1");
    for (var host : hosts) {
      if (!host.matches("[A-Za-z0-9.:-]{1,253}")) {
        throw new IOException("host \"" + host + "\" (expected: a host name or an address)");
      }
      names.append(ADDRESS.matcher(host).matches() ? ",ip:" : ",dns:").append(host);
    }
    return names.toString();
  }

  private static String days(Duration duration) {
    return Long.toString(duration.toDays());
  }

  private void refuseToOverwrite(String name) throws IOException {
    for (var file : List.of(certificate(name), key(name))) {
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file + " is there already (expected: a name without one); move it away to renew it");
      }
    }
  }

  private void keep(String name, Certificate certificate, PrivateKey key)
      throws IOException, GeneralSecurityException {
    write(key(name), "PRIVATE KEY", key.getEncoded(), "rw-------");
    write(certificate(name), "CERTIFICATE", certificate.getEncoded(), "rw-r--r--");
  }

  private static void write(Path file, String what, byte[] bytes, String mode) throws IOException {
    var lines = Base64.getMimeEncoder(PEM_LINE_CHARS, new byte[] {'\n'}).encodeToString(bytes);
    var text = "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    Files.writeString(file, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
  }

  private void storeAuthority(Path file, String password)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        AUTHORITY,
        readKey(key(AUTHORITY)),
        password.toCharArray(),
        new Certificate[] {certificate(certificate())});
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, password.toCharArray());
    }
  }

  private static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
    var text = Files.readString(file, StandardCharsets.US_ASCII);
    var bytes = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes));
  }

  private static Certificate certificate(Path file) throws IOException, GeneralSecurityException {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static KeyStore load(Path file, String password)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      store.load(in, password.toCharArray());
    }
    return store;
  }

  private static PrivateKey key(KeyStore store, String alias, String password)
      throws GeneralSecurityException {
    return (PrivateKey) store.getKey(alias, password.toCharArray());
  }

  /** What is done in a folder that nobody else can read, and that is gone afterwards. */
  private interface Work {
    void in(Path scratch, String password) throws IOException, GeneralSecurityException;
  }

  private void inScratch(Work work) throws IOException {
    var scratch =
        Files.createTempDirectory(
            folder,
            ".making-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      work.in(
          scratch, scratch.getFileName().toString().substring(".making-".length()) + "-weft-store");
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificate cannot be made: " + e.getMessage(), e);
    } finally {
      remove(scratch);
    }
  }

  private static void remove(Path scratch) throws IOException {
    try (var files = Files.walk(scratch)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
