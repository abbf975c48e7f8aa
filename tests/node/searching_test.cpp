// text= at the node: what was taken before the question is found, by its own account alone.
#include "bridge/node/searching.hpp"

#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

class Searching : public TwoDomains {
  protected:
    Answer ask(Request request) { return a_.ask(*a_.node->make_desk(), std::move(request)); }
    std::vector<std::string> find(const std::string& account, const std::string& words,
                                  const std::string& folder = "/INBOX") {
        auto answer = ask(IndexMailbox{account, folder, *parse_selector("text=" + words), 100, ""});
        EXPECT_TRUE(answer) << answer.error().text;
        std::vector<std::string> subjects;
        for (const IndexEntry& entry : std::get<IndexPage>(*answer).entries)
            subjects.push_back(entry.subject);
        return subjects;
    }
    void send(const std::string& subject, std::vector<std::string> bodies, std::vector<std::string> types,
              const std::string& to = "carol@a.example") {
        Submit request = mail("alice@a.example", {to}, subject);
        request.parts.clear();
        for (std::uint32_t part = 0; part < bodies.size(); ++part)
            request.parts.push_back({"p" + std::to_string(part), types[part],
                                     part == 0 ? PartClass::content : PartClass::attachment, part});
        ASSERT_TRUE(a_.submit(std::move(request), bodies));
    }
};

TEST_F(Searching, FindsWhatWasJustTaken) {
    send("Lunch", {"We meet at the Lighthouse", "hidden in a picture"}, {"text/plain", "image/png"});
    send("Supper", {"<p>At the <b>harbour</b></p>"}, {"text/html"});
    EXPECT_EQ(find("carol@a.example", "lighthouse lunch"), (std::vector<std::string>{"Lunch"}));
    EXPECT_EQ(find("carol@a.example", "at the"), (std::vector<std::string>{"Supper", "Lunch"}));
    EXPECT_EQ(find("carol@a.example", "alice@a.example harbour"), (std::vector<std::string>{"Supper"}));
    EXPECT_TRUE(find("carol@a.example", "picture").empty());
    EXPECT_TRUE(find("carol@a.example", "harbour lighthouse").empty());
    EXPECT_TRUE(find("carol@a.example", "lunch", "/JUNK").empty());
    send("Late", {"lighthouse again"}, {"text/plain"});
    EXPECT_EQ(find("carol@a.example", "lighthouse").size(), 2u);
}

TEST_F(Searching, IsBoundedInAMessage) {
    std::string text = "beginning ";
    while (text.size() < (256 << 10))
        text += "filling ";
    send("Long", {text + " theend"}, {"text/plain"});
    EXPECT_EQ(find("carol@a.example", "beginning filling").size(), 1u);
    EXPECT_TRUE(find("carol@a.example", "theend").empty());
}

TEST_F(Searching, EachAccountFindsItsOwn) {
    send("Plans", {"secret"}, {"text/plain"});
    EXPECT_EQ(find("carol@a.example", "secret").size(), 1u);
    EXPECT_TRUE(find("alice@a.example", "secret").empty());
    EXPECT_EQ(find("alice@a.example", "secret", "/SENT").size(), 1u);
}

TEST_F(Searching, CountsByFolder) {
    send("One", {"word"}, {"text/plain"});
    send("Two", {"word"}, {"text/plain"});
    const auto uuid = a_.index("carol@a.example").front().id;
    ASSERT_TRUE(ask(CreateFolder{"carol@a.example", "/INBOX/sub"}));
    ASSERT_TRUE(ask(PlaceMessage{Placing::move, "carol@a.example", "/INBOX", uuid, "/INBOX/sub"}));
    const auto check = [&](const std::string& path, bool recursive) {
        std::string told;
        auto answer =
            ask(CheckMailbox{"carol@a.example", path, "text=word", *parse_selector("text=word"), recursive});
        EXPECT_TRUE(answer);
        for (const FolderStatus& folder : std::get<MailboxStatus>(*answer))
            told +=
                folder.path + " " + std::to_string(folder.unread) + " " + std::to_string(folder.total) + ";";
        return told;
    };
    EXPECT_EQ(check("/INBOX", false), "/INBOX 1 1;");
    EXPECT_EQ(check("/INBOX", true), "/INBOX 1 1;/INBOX/sub 1 1;");
    EXPECT_EQ(check("/JUNK", false), "/JUNK 0 0;");
    auto none = ask(CheckMailbox{"carol@a.example", "/none", "text=x", *parse_selector("text=x"), false});
    EXPECT_EQ(none.error().code, 404);
}

TEST_F(Searching, HousekeepingGathersToo) {
    send("Quiet", {"words"}, {"text/plain"});
    const auto missing = [&] {
        return a_
            .in_store<std::uint64_t>([](Transaction& transaction) -> Result<std::uint64_t> {
                auto left = transaction.texts().missing(10);
                if (!left) return std::unexpected(left.error());
                return left->size();
            })
            .value();
    };
    EXPECT_TRUE(loop_.advance_until(15s, [&] { return missing() == 0; }));
}

TEST_F(Searching, AMessageThatIsRemovedIsForgotten) {
    send("Gone", {"word"}, {"text/plain"});
    EXPECT_EQ(find("carol@a.example", "word").size(), 1u);
    const auto uuid = a_.index("carol@a.example").front().id;
    ASSERT_TRUE(ask(RemoveMessage{"carol@a.example", "/INBOX", uuid}));
    EXPECT_TRUE(find("carol@a.example", "word").empty());
    EXPECT_EQ(find("carol@a.example", "word", "/TRASH").size(), 1u);
}

TEST_F(Searching, TooMuchAtOnceIsToldSo) {
    for (int batch = 0; batch < 21; ++batch)
        ASSERT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            Message message;
            message.envelope.from = "alice@a.example";
            message.envelope.subject = "old";
            for (int count = 0; count < 1'000; ++count) {
                message.envelope.id = armor::random_uuid();
                auto added = transaction.mailboxes().add(message);
                if (!added) return std::unexpected(added.error());
            }
            return Done{};
        }));
    const auto refused = ask(IndexMailbox{"carol@a.example", "/INBOX", *parse_selector("text=old"), 1, ""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 705);
    EXPECT_TRUE(refused.error().retry);
    EXPECT_TRUE(ask(IndexMailbox{"carol@a.example", "/INBOX", *parse_selector("text=old"), 1, ""}))
        << "the rest is less";
}

}  // namespace
}  // namespace immp::bridge
