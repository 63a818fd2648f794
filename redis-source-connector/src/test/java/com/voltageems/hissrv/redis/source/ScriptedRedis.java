package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scripted Redis: for each command, it first gives the scripted answers in turn, then a fixed
 * one. Records the commands.
 */
public final class ScriptedRedis implements RedisLink {
  private final Map<String, Deque<Object>> next = new HashMap<>();
  private final Map<String, Object> always = new HashMap<>();

  private final Map<String, Runnable> actions = new HashMap<>();

  /** Represents null, which a queue does not take. */
  private static final Object NIL = new Object();

  /** The commands, as a person would type them, without the scripts' texts. */
  public final List<String> asked = new ArrayList<>();

  public int connection = 1;
  public boolean cluster;

  /** Whether all nodes can be reached. */
  public boolean complete = true;

  /** Gives this answer to the command once; an exception is thrown. */
  public ScriptedRedis on(String command, @Nullable Object answer) {
    next.computeIfAbsent(command, name -> new ArrayDeque<>()).add(answer == null ? NIL : answer);
    return this;
  }

  /** Gives this answer to the command if no other scripted answer is left. */
  public ScriptedRedis always(String command, @Nullable Object answer) {
    always.put(command, answer == null ? NIL : answer);
    return this;
  }

  /** Returns texts, numbers and lists as Redis sends them. */
  public static Object reply(Object value) {
    if (value instanceof String text) {
      return Bytes.of(text);
    }
    if (value instanceof Integer number) {
      return (long) number;
    }
    return value instanceof List<?> list ? list.stream().map(ScriptedRedis::reply).toList() : value;
  }

  /** Returns whether all answers that were scripted once have been asked for. */
  public boolean isAtEnd() {
    return next.values().stream().allMatch(Deque::isEmpty);
  }

  /** Returns the recorded calls of this command. */
  public List<String> asked(String command) {
    return asked.stream().filter(each -> each.startsWith(command + " ")).toList();
  }

  /** Runs this whenever the command was asked. */
  public void after(String command, Runnable action) {
    actions.put(command, action);
  }

  private @Nullable Object answer(Command command) {
    String name = Bytes.text(command.name());
    boolean isScript = name.equals("EVAL") || name.equals("EVALSHA");
    StringBuilder line = new StringBuilder(name);
    for (byte[] argument :
        isScript ? Arrays.copyOfRange(command.args(), 1, command.args().length) : command.args()) {
      line.append(' ').append(Bytes.text(argument));
    }
    asked.add(line.toString());
    actions.getOrDefault(name, () -> {}).run();
    Deque<Object> answers = next.get(name);
    Object answer = answers == null || answers.isEmpty() ? always.get(name) : answers.removeFirst();
    if (answer == null) {
      throw new AssertionError("nothing to answer to " + line);
    }
    if (answer instanceof RuntimeException failure) {
      throw failure;
    }
    return answer == NIL ? null : answer instanceof RedisError ? answer : reply(answer);
  }

  @Override
  public @Nullable Object call(Command command) {
    Object answer = answer(command);
    if (answer instanceof RedisError error) {
      throw new RedisReplyException(Bytes.text(command.name()), error);
    }
    return answer;
  }

  @Override
  public Replies send(List<Command> commands) {
    List<@Nullable Object> replies = new ArrayList<>();
    commands.forEach(command -> replies.add(answer(command)));
    return () -> replies;
  }

  @Override
  public int primaries() {
    return 1;
  }

  @Override
  public @Nullable Object callOn(int primary, Command command) {
    return call(command);
  }

  @Override
  public int generation() {
    return connection;
  }

  @Override
  public boolean isCluster() {
    return cluster;
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public @Nullable ServerFacts server() {
    return null;
  }

  @Override
  public void reset() {
    connection++;
  }

  @Override
  public void close() {}
}
