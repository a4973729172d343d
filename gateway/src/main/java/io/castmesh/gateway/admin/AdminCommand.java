package io.castmesh.gateway.admin;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.User;
import io.castmesh.gateway.account.Passwords;
import io.castmesh.gateway.admin.AdminLog.Action;
import io.castmesh.gateway.rpc.JsonSchemas;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.store.Migrations;
import io.castmesh.runtime.store.Stores;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.io.Console;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Makes, names and lists administrators at the command line, in the MySQL of the settings: whoever
 * can read those may do so. What it does holds at once, also while everything runs.
 *
 * <p>Blocking; belongs on the main thread of a process of its own. A password is asked for without
 * showing it, or made and shown once; it is never an argument, which every process of the machine
 * could read.
 */
public final class AdminCommand {
  /** Of {@code sysexits.h}: EX_USAGE, EX_DATAERR, EX_UNAVAILABLE. */
  private static final int USAGE = 64;

  private static final int REFUSED = 65;
  private static final int UNAVAILABLE = 69;

  private static final String HOW =
      """
      castmesh: ./castmesh admin create NICKNAME   makes an account that is an administrator
                ./castmesh admin grant NICKNAME    makes an administrator of one
                ./castmesh admin revoke NICKNAME   takes it away again, but from the last one
                ./castmesh admin list              names all who can sign in""";

  /** Letters and digits that nobody takes for others. */
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

  private static final int GENERATED = 20;

  /** What has to be said instead of doing it. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;

    Refusal(int code, String sentence) {
      super(sentence, null, false, false);
      this.code = code;
    }
  }

  private final Vertx vertx;
  private final Admins admins;
  private final AdminLog log;
  private final Console console;
  private final PrintStream out;

  private AdminCommand(Vertx vertx, Pool mysql, Console console, PrintStream out) {
    this.vertx = vertx;
    this.admins = new Admins(mysql);
    this.log = new AdminLog(mysql);
    this.console = console;
    this.out = out;
  }

  /**
   * @param config with the address of MySQL
   * @param console null: nobody can be asked
   * @return the exit code
   */
  public static int run(
      RuntimeConfig config,
      List<String> arguments,
      Console console,
      PrintStream out,
      PrintStream err) {
    Vertx vertx = Vertx.vertx();
    Pool mysql = Stores.mysql(vertx, config);
    try {
      AdminCommand command = new AdminCommand(vertx, mysql, console, out);
      command.check(arguments);
      await(Migrations.run(vertx, config.mysqlUrl(), "gateway"));
      command.obey(arguments);
      return 0;
    } catch (Refusal refusal) {
      err.println(refusal.getMessage());
      return refusal.code;
    } catch (FailureException failure) {
      err.println("castmesh: " + sentence(failure));
      return failure.failure() == Failure.UNAVAILABLE ? UNAVAILABLE : REFUSED;
    } catch (CompletionException e) {
      err.println("castmesh: the database does not answer: " + e.getCause().getMessage());
      return UNAVAILABLE;
    } finally {
      // With all that it has made, the connections among it.
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static String sentence(FailureException failure) {
    return switch (failure.failure()) {
      case UNAVAILABLE -> "The database does not answer.";
      case USER_NOT_FOUND -> "There is nobody of this nickname.";
      case NICKNAME_TAKEN ->
          "This nickname is taken: ./castmesh admin grant makes an administrator of that person.";
      default -> failure.getMessage();
    };
  }

  private void check(List<String> arguments) {
    boolean named = arguments.size() == 2 && !arguments.get(1).startsWith("-");
    String verb = arguments.isEmpty() ? "" : arguments.get(0);
    boolean known =
        switch (verb) {
          case "create", "grant", "revoke" -> named;
          case "list" -> arguments.size() == 1;
          default -> false;
        };
    if (!known) {
      throw new Refusal(USAGE, HOW);
    }
  }

  private void obey(List<String> arguments) {
    switch (arguments.get(0)) {
      case "create" -> create(arguments.get(1));
      case "grant" -> grant(await(admins.find(arguments.get(1))));
      case "revoke" -> revoke(await(admins.find(arguments.get(1))));
      default -> await(admins.list()).forEach(user -> out.println(user.nickname()));
    }
  }

  private void create(String nickname) {
    requireFree(nickname);
    String typed = console == null ? "" : ask(nickname);
    boolean generated = typed.isEmpty();
    String password = generated ? generate() : typed;
    String problem =
        JsonSchemas.load("/openapi.json")
            .check("Credentials")
            .problem(new JsonObject().put("nickname", nickname).put("password", password));
    if (problem != null) {
      throw new Refusal(REFUSED, "castmesh: This cannot be an account: " + problem);
    }
    try (Passwords passwords = new Passwords(vertx)) {
      User user = await(admins.create(nickname, await(passwords.hash(password))));
      await(log.doneByHand(new Action("create", user.id(), user.nickname(), null)));
    }
    out.println("castmesh: " + nickname + " is an administrator.");
    if (generated) {
      out.println("castmesh: The password is shown this once: " + password);
    }
  }

  /** Before anybody thinks of a password. */
  private void requireFree(String nickname) {
    try {
      await(admins.find(nickname));
    } catch (FailureException e) {
      if (e.failure() == Failure.USER_NOT_FOUND) {
        return;
      }
      throw e;
    }
    throw Failure.NICKNAME_TAKEN.exception();
  }

  private String ask(String nickname) {
    char[] first = console.readPassword("Password for %s (empty: one is made for you): ", nickname);
    if (first == null || first.length == 0) {
      return "";
    }
    char[] second = console.readPassword("The same again: ");
    if (!Arrays.equals(first, second)) {
      throw new Refusal(REFUSED, "castmesh: These were two different passwords.");
    }
    return new String(first);
  }

  private static String generate() {
    SecureRandom random = new SecureRandom();
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < GENERATED; i++) {
      password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return password.toString();
  }

  private void grant(User user) {
    boolean done = await(admins.grant(user));
    if (done) {
      await(log.doneByHand(new Action("grant", user.id(), user.nickname(), null)));
    }
    out.println(
        "castmesh: "
            + user.nickname()
            + (done ? " is" : " was")
            + " an administrator"
            + (done ? "." : " already."));
  }

  private void revoke(User user) {
    if (!await(admins.isAdmin(user.id()))) {
      throw new Refusal(REFUSED, "castmesh: " + user.nickname() + " is no administrator.");
    }
    if (!await(admins.revoke(user))) {
      throw new Refusal(
          REFUSED,
          "castmesh: "
              + user.nickname()
              + " is the last administrator who can sign in; make another one first.");
    }
    await(log.doneByHand(new Action("revoke", user.id(), user.nickname(), null)));
    out.println("castmesh: " + user.nickname() + " is no administrator any more.");
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FailureException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
