import com.azure.core.amqp.exception.AmqpException;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.LogManager;

/** Runs the official Java clients as a test tells it to (tests/clients/driver.py has the protocol). */
public final class Program {
    interface Handler {
        Object run(JsonObject asked, Consumer<Object> got) throws Exception;
    }

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        System.setOut(System.err);
        Map<String, Handler> handlers = new HashMap<>();
        EventHubs.addTo(handlers);
        Iot.addTo(handlers);
        Storage.addTo(handlers);
        Map<Integer, Thread> running = new ConcurrentHashMap<>();
        print(Map.of("ready", true));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonObject asked = JSON.fromJson(line, JsonObject.class);
            String what = asked.get("do").getAsString();
            if (what.equals("cancel")) {
                running.get(asked.get("of").getAsInt()).interrupt();
                continue;
            }
            int id = asked.get("id").getAsInt();
            Thread thread = new Thread(() -> {
                try {
                    Object done = handlers.get(what).run(asked, got -> print(answer(id, "got", got)));
                    print(answer(id, "done", done));
                } catch (Throwable error) {
                    print(answer(id, "failed", describe(error)));
                }
            });
            thread.setDaemon(true);
            running.put(id, thread);
            thread.start();
        }
        System.exit(0);
    }

    private static Map<String, Object> answer(int id, String name, Object value) {
        Map<String, Object> answer = new HashMap<>();
        answer.put("id", id);
        answer.put(name, value == null ? Map.of() : value);
        return answer;
    }

    private static synchronized void print(Object answer) {
        OUT.println(JSON.toJson(answer));
    }

    private static Map<String, Object> describe(Throwable error) {
        Throwable root = error;
        while (!(root instanceof AmqpException) && root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String condition = root instanceof AmqpException amqp && amqp.getErrorCondition() != null
            ? amqp.getErrorCondition().getErrorCondition() : "";
        String message = String.valueOf(root.getMessage());
        return Map.of("type", root.getClass().getSimpleName(), "condition", condition, "message", message);
    }

    static String text(JsonObject asked, String name) {
        return asked.has(name) ? asked.get(name).getAsString() : null;
    }

    static int number(JsonObject asked, String name, int otherwise) {
        return asked.has(name) ? asked.get(name).getAsInt() : otherwise;
    }
}
