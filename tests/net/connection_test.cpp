// What a connection does around its session: answers that come late, octets that come too fast, ends.
#include "bridge/net/connection.hpp"

#include <gmock/gmock.h>

#include "armor/base64.hpp"
#include "armor/password.hpp"
#include "bridge/wire/codes.hpp"
#include "tests/net/listener_fixture.hpp"

namespace immp::bridge {
namespace {

using test::FilledSource;
using test::TestClient;

constexpr std::uint64_t kMiB = 1 << 20;

armor::StretchedPassword stretched() {
    return armor::stretch(armor::SecretText("secret"), armor::Salt{}, armor::Argon2Cost{}).value();
}

Answer credential() {
    return AnswerValue(Credential{armor::Argon2Cost{}, armor::Salt{}, armor::scram_keys(stretched())});
}

class ConnectionTest : public test::ListenerFixture {
  protected:
    ConnectionTest() {
        script_->answer = [this](Request request, SessionHost::AnswerDone done) {
            if (std::holds_alternative<LookUpCredential>(request)) return done(credential());
            if (std::holds_alternative<RecordLogin>(request)) return done(AnswerValue(Done{}));
            answer(std::move(request), std::move(done));
        };
    }

    std::optional<SessionHost::AnswerDone> held_;
    /// What a test answers once it is logged in.
    std::function<void(Request, SessionHost::AnswerDone)> answer = [](Request, SessionHost::AnswerDone done) {
        done(AnswerValue(Done{}));
    };

    TestClient logged_in() {
        TestClient client = greeted();
        client.send("AUTH SECRET alice@a.example\n");
        EXPECT_EQ(client.line().value_or("").substr(0, 4), "302 ");
        const std::string challenge = client.line().value_or("303 ").substr(4);
        const armor::AuthExchange exchange{"alice@a.example", "", challenge,
                                           armor::encode_base64(armor::random_array<18>()),
                                           armor::encode_base64(client.exporter())};
        const auto proof = armor::client_proof(stretched(), armor::auth_message(exchange));
        client.send("AUTH RESPONSE SCRAM " + armor::encode_base64(proof) + " NONCE " + exchange.nonce +
                    " CB " + exchange.binding + "\n");
        EXPECT_EQ(client.line().value_or("").substr(0, 4), "210 ");
        return client;
    }

    /// What a test asks once it is logged in waits in held_; the last one, and `asked` is logged.
    void hold_answers() {
        answer = [this](Request, SessionHost::AnswerDone done) {
            held_ = std::move(done);
            script_->events.add("asked");
        };
    }

    static std::string code_of(TestClient& client) { return client.line().value_or("").substr(0, 3); }

    void open_delivery(TestClient& client, std::uint64_t length) {
        client.send("DELIVER TO bob@b.example\nDATA LENGTH " + std::to_string(length) + " +CONTENT\n");
        EXPECT_EQ(code_of(client), "270");
        EXPECT_EQ(code_of(client), "271");
    }
};

TEST_F(ConnectionTest, PullsNoFasterThanTheClientReads) {
    static constexpr std::uint64_t kLength = 64 * kMiB;
    // The kernel's buffers of both ends stand between; the rest of the source must still be in the store.
    constexpr std::uint64_t kUnderWay = 24 * kMiB;
    answer = [](Request, SessionHost::AnswerDone done) {
        done(AnswerValue(Fetched{std::make_shared<FilledSource>(kLength), "", {}, {}}));
    };
    open();
    TestClient client = logged_in();
    client.send("MBOX FETCH /INBOX#00000000-0000-4000-8000-000000000000\nNOOP\n");
    EXPECT_EQ(client.line(), "251 LENGTH " + std::to_string(kLength));
    std::uint64_t read = client.octets(kMiB).size();
    EXPECT_LT(on_io([this] { return script_->octets_pulled; }), read + kUnderWay);
    while (read < kLength) {
        const std::size_t got = client.octets(std::min(kMiB, kLength - read)).size();
        ASSERT_GT(got, 0u);
        read += got;
    }
    EXPECT_EQ(client.line(), "");
    EXPECT_EQ(code_of(client), "200");
    EXPECT_EQ(on_io([this] { return script_->octets_pulled; }), kLength);
}

TEST_F(ConnectionTest, ReadsNothingWhileTheNodeIsCongested) {
    constexpr std::uint64_t kLength = 64 * kMiB;
    open();
    TestClient client = logged_in();
    open_delivery(client, kLength);
    on_io([this] { script_->congested = true; });
    const std::string body(kLength, 'b');
    const std::size_t sent = client.send_until_stuck(body, 300);
    EXPECT_LT(sent, kLength);
    // What one read and its decoding had taken before the node was full.
    EXPECT_LT(on_io([this] { return script_->octets_taken; }), kMiB);
    on_io([this] {
        script_->congested = false;
        script_->resume();
    });
    client.send(std::string_view(body).substr(sent));
    client.send("\n");
    EXPECT_EQ(code_of(client), "272");
    EXPECT_EQ(on_io([this] { return script_->octets_taken; }), kLength);
}

TEST_F(ConnectionTest, AnAnswerAfterTheEndIsForgotten) {
    hold_answers();
    open();
    {
        TestClient client = logged_in();
        client.send("MBOX CHECK /INBOX\n");
        EXPECT_EQ(script_->events.wait_for("asked"), "asked");
        client.cut();
        // A cut connection is noticed when something is written to it or read from it.
        on_io([&] { listener_->shut_down(std::chrono::milliseconds(0), [] {}); });
    }
    EXPECT_EQ(script_->events.wait_for("gone"), "gone");
    on_io([&] { (*held_)(AnswerValue(MailboxStatus{{"/INBOX", 1, 2}})); });
}

TEST_F(ConnectionTest, EndsWithItsLogin) {
    hold_answers();
    open();
    TestClient client = logged_in();
    client.send("DELIVER TO bob@b.example\n");
    EXPECT_EQ(client.line().value_or("").substr(0, 4), "270 ");
    client.send("AS x MBOX CHECK /INBOX\n");
    EXPECT_EQ(script_->events.wait_for("asked"), "asked");
    on_io([this] { script_->ended(refusal(401, "The device was revoked; log in again")); });
    EXPECT_EQ(client.line().value_or(""), "401 The device was revoked; log in again e=5.7.0");
    EXPECT_TRUE(client.ended());
}

TEST_F(ConnectionTest, AFailedWriteIsTheEnd) {
    // Above a piece of the body: while it waits to be written, the next one would be asked for.
    config_.connection.low_water_bytes = kMiB;
    hold_answers();
    open();
    TestClient client = logged_in();
    client.send("MBOX FETCH /INBOX#00000000-0000-4000-8000-000000000000\n");
    EXPECT_EQ(script_->events.wait_for("asked"), "asked");
    // Nothing is read any more: only writing can notice that the client is gone.
    on_io([this] { script_->congested = true; });
    client.reset();
    on_io([&] { (*held_)(AnswerValue(Fetched{std::make_shared<FilledSource>(64 * kMiB), "", {}, {}})); });
    EXPECT_EQ(script_->events.wait_for("gone"), "gone");
}

TEST_F(ConnectionTest, AClientThatEndedItsStreamStillGetsItsReplies) {
    hold_answers();
    open();
    TestClient client = logged_in();
    client.send("MBOX CHECK /INBOX\n");
    EXPECT_EQ(script_->events.wait_for("asked"), "asked");
    client.end_output();
    on_io([&] { (*held_)(AnswerValue(MailboxStatus{{"/INBOX", 1, 2}})); });
    EXPECT_EQ(client.line(), "240 /INBOX::* u=1 t=2");
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(script_->events.wait_for("gone"), "gone");
}

TEST_F(ConnectionTest, TheLastReplyArrivesThoughTheClientStillSends) {
    open();
    TestClient client = logged_in();
    client.send("DELIVER TO bob@b.example\n");
    EXPECT_EQ(code_of(client), "270");
    // More than the kernel holds: the server must go on taking it, or a reset would overtake the reply.
    EXPECT_TRUE(client.send("DATA +CONTENT\n" + std::string(32 * kMiB, 'x')));
    EXPECT_EQ(code_of(client), "411");
    EXPECT_TRUE(client.ended());
}

TEST_F(ConnectionTest, CarriesADeliveryToTheNodeInOrder) {
    answer = [this](Request request, SessionHost::AnswerDone done) {
        const auto& submit = std::get<Submit>(request);
        script_->events.add("submit of " + std::to_string(submit.parts.size()));
        done(AnswerValue(Submitted{"00000000-0000-4000-8000-000000000001",
                                   {{"bob@b.example", 273, "queued", std::nullopt}}}));
    };
    open();
    TestClient client = logged_in();
    open_delivery(client, 5);
    client.send("hello\nDATA NAME a TYPE image/png LENGTH 3\nabc\nDONE\n");
    for (const char* code : {"272", "271", "272", "274", "273"})
        EXPECT_EQ(code_of(client), code);
    EXPECT_EQ(script_->events.wait_for("octets of part 1"), "octets of part 1");
    EXPECT_EQ(script_->events.wait_for("submit"), "submit of 2");
    EXPECT_EQ(on_io([this] { return script_->octets_taken; }), 8u);
}

TEST_F(ConnectionTest, AnAbortedDeliveryIsDropped) {
    open();
    TestClient client = logged_in();
    open_delivery(client, 5);
    client.send("hello\nABORT\n");
    EXPECT_EQ(code_of(client), "272");
    EXPECT_EQ(code_of(client), "276");
    EXPECT_EQ(script_->events.wait_for("dropped"), "dropped 1");
}

}  // namespace
}  // namespace immp::bridge
