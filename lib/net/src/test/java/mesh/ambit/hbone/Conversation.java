package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Promise;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A stream and what its two ends have said. */
final class Conversation {
    private final Random random;
    private final List<String> faults;
    final int id;
    final Side caller;
    final Side called;

    /** Somebody has cut it short, so that less may arrive than was said. */
    boolean broken;

    /** Asks {@code client} for the stream; what is wrong with it comes into {@code faults}. */
    Conversation(int id, ClientTunnel client, Random random, List<String> faults) {
        this.id = id;
        this.random = random;
        this.faults = faults;
        caller = new Side(1);
        called = new Side(2);
        PendingConnect request = ClientEnd.pending("10.0.0.1:" + (id + 1), HeaderFields.NONE);
        Promise<HboneStream> promise = request.promise();
        promise.addListener(done -> {
            if (done.isSuccess()) {
                caller.start(promise.getNow());
            }
        });
        client.request(request);
        if (random.nextInt(20) == 0) {
            broken = true;
            promise.cancel(false);
        }
    }

    void check() {
        caller.checkAgainst(called);
        called.checkAgainst(caller);
    }

    /** One end of a stream: what it has said and heard. */
    final class Side implements HboneStream.Receiver {
        private final int salt;
        private @Nullable HboneStream stream;
        private int said;
        private int heard;
        private int untaken;
        private boolean endSaid;
        private boolean endHeard;
        private boolean over;

        private Side(int salt) {
            this.salt = salt;
        }

        void start(HboneStream started) {
            stream = started;
            started.receive(this);
        }

        /** What one end says from a position on. */
        private byte[] words(int ofSalt, int position, int bytes) {
            byte[] words = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                int at = position + i;
                words[i] = (byte) (at * 31 + id * 7 + ofSalt + (at >> 8));
            }
            return words;
        }

        void act() {
            HboneStream open = stream;
            if (open == null) {
                return;
            }
            switch (random.nextInt(20)) {
                case 0 -> end();
                case 1 -> {
                    if (random.nextInt(3) == 0) {
                        reset();
                    }
                }
                case 2, 3, 4, 5 -> take(random.nextInt(1, 100_000));
                case 6, 7 -> {
                    // Crumbs.
                    for (int i = random.nextInt(1, 400); i > 0; i--) {
                        say(random.nextInt(1, 5));
                    }
                }
                case 8 -> open.flush();
                default -> {
                    if (open.isWritable()) {
                        say(random.nextInt(1, random.nextBoolean() ? 2_000 : 60_000));
                    }
                }
            }
        }

        private void reset() {
            broken = true;
            over = true;
            if (stream != null) {
                stream.reset(Http2Error.CANCEL);
            }
        }

        void say(int bytes) {
            HboneStream open = stream;
            if (open == null || endSaid || over) {
                return;
            }
            ByteBuf data = UnpooledByteBufAllocator.DEFAULT.buffer(bytes + 9).setIndex(9, 9);
            data.writeBytes(words(salt, said, bytes));
            said += bytes;
            open.write(data);
            if (random.nextBoolean()) {
                open.flush();
            }
        }

        void end() {
            if (stream != null && !endSaid && !over) {
                endSaid = true;
                stream.shutdownOutput();
            }
        }

        boolean take(int most) {
            int bytes = Math.min(most, untaken);
            if (bytes == 0 || stream == null) {
                return false;
            }
            untaken -= bytes;
            stream.consumed(bytes);
            return true;
        }

        void checkAgainst(Side other) {
            if (heard > other.said) {
                faults.add("more heard than said");
            }
            if (!broken) {
                assertThat(heard).as("conversation %d, side %d", id, salt).isEqualTo(other.said);
                assertThat(endHeard)
                        .as("end in conversation %d, side %d", id, salt)
                        .isEqualTo(other.endSaid);
                assertThat(stream).isNotNull();
            }
        }

        private void expectOpen(String what) {
            if (over || endHeard) {
                faults.add(what + " after the end in " + id);
            }
        }

        @Override
        public void onData(ByteBuf data) {
            expectOpen("data");
            int bytes = data.readableBytes();
            byte[] words = new byte[bytes];
            data.readBytes(words);
            data.release();
            if (!Arrays.equals(words, words(3 - salt, heard, bytes))) {
                faults.add("wrong bytes from " + heard + " on in " + id);
            }
            heard += bytes;
            untaken += bytes;
            switch (random.nextInt(8)) {
                case 0, 1 -> take(Integer.MAX_VALUE);
                case 2 -> say(random.nextInt(1, 500));
                case 3 -> {
                    if (random.nextInt(40) == 0) {
                        reset();
                    }
                }
                default -> {}
            }
        }

        @Override
        public void onDataComplete() {
            if (random.nextInt(3) == 0) {
                take(Integer.MAX_VALUE);
            }
        }

        @Override
        public void onEndOfInput() {
            expectOpen("end");
            endHeard = true;
            if (random.nextInt(3) == 0) {
                end();
            }
        }

        @Override
        public void onOutputEnded() {
            if (!endSaid) {
                faults.add("output ended by itself in " + id);
            }
        }

        @Override
        public void onWritable() {
            if (over || endSaid) {
                faults.add("writable after the end in " + id);
            }
            if (random.nextBoolean()) {
                say(random.nextInt(1, 20_000));
            }
        }

        @Override
        public void onReset(long code) {
            if (over) {
                faults.add("reset after the end in " + id);
            }
            if (!broken) {
                faults.add("reset " + code + " that nobody has sent in " + id);
            }
            over = true;
        }

        @Override
        public void onLost(TunnelFailure failure, boolean owed) {
            faults.add("lost: " + failure);
            over = true;
        }
    }
}
