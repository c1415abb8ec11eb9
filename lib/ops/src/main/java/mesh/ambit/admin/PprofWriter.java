package mesh.ambit.admin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import mesh.ambit.admin.CpuProfile.Spent;
import mesh.ambit.admin.CpuProfile.Where;

/** Writes the protobuf message {@code perftools.profiles.Profile}, of which only few fields are needed. */
final class PprofWriter {
    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private final Map<String, Integer> texts = new LinkedHashMap<>();
    private final Map<String, Integer> functions = new LinkedHashMap<>();
    private final Map<StackTraceElement, Integer> locations = new LinkedHashMap<>();

    private PprofWriter() {
        text("");
    }

    /**
     * Returns the message.
     *
     * @param startNanos since 1970
     * @param periodNanos between two looks
     */
    static byte[] write(Map<Where, Spent> samples, long startNanos, long durationNanos, long periodNanos) {
        return new PprofWriter().profile(samples, startNanos, durationNanos, periodNanos);
    }

    private byte[] profile(Map<Where, Spent> samples, long startNanos, long durationNanos, long periodNanos) {
        Message profile = new Message();
        profile.message(1, valueType("samples", "count"));
        profile.message(1, valueType("cpu", "nanoseconds"));
        samples.forEach((where, spent) -> profile.message(2, sample(where, spent)));
        locations.forEach((frame, id) -> profile.message(4, location(frame, id)));
        functions.forEach((name, id) -> profile.message(5, function(name, id)));
        Message period = valueType("cpu", "nanoseconds");
        texts.keySet().forEach(text -> profile.bytes(6, text.getBytes(StandardCharsets.UTF_8)));
        profile.number(9, startNanos);
        profile.number(10, durationNanos);
        profile.message(11, period);
        profile.number(12, periodNanos);
        return profile.toByteArray();
    }

    private Message valueType(String type, String unit) {
        Message message = new Message();
        message.number(1, text(type));
        message.number(2, text(unit));
        return message;
    }

    private Message sample(Where where, Spent spent) {
        Message message = new Message();
        for (StackTraceElement frame : where.stack()) {
            message.number(1, locations.computeIfAbsent(frame, _ -> locations.size() + 1));
        }
        message.number(2, spent.looks);
        message.number(2, spent.nanos);
        Message label = new Message();
        label.number(1, text("thread"));
        label.number(2, text(where.thread()));
        message.message(3, label);
        return message;
    }

    private Message location(StackTraceElement frame, int id) {
        String name = frame.getClassName() + "." + frame.getMethodName();
        String file = frame.getFileName() == null ? "" : frame.getFileName();
        text(name);
        text(file);
        Message line = new Message();
        line.number(1, functions.computeIfAbsent(name + "\n" + file, _ -> functions.size() + 1));
        line.number(2, Math.max(0, frame.getLineNumber()));
        Message message = new Message();
        message.number(1, id);
        message.message(4, line);
        return message;
    }

    private Message function(String nameAndFile, int id) {
        int cut = nameAndFile.indexOf('\n');
        int name = text(nameAndFile.substring(0, cut));
        Message message = new Message();
        message.number(1, id);
        message.number(2, name);
        message.number(3, name);
        message.number(4, text(nameAndFile.substring(cut + 1)));
        return message;
    }

    private int text(String text) {
        return texts.computeIfAbsent(text, _ -> texts.size());
    }

    /** Fields in the making. */
    private static final class Message extends ByteArrayOutputStream {
        void number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
        }

        void bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES);
            varint(value.length);
            writeBytes(value);
        }

        void message(int field, Message value) {
            bytes(field, value.toByteArray());
        }

        private void varint(long value) {
            long left = value;
            while ((left & ~0x7FL) != 0) {
                write((int) ((left & 0x7F) | 0x80));
                left >>>= 7;
            }
            write((int) left);
        }
    }
}
