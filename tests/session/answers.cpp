#include "tests/session/answers.hpp"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

// The record of docs/envelope.md, 9.
constexpr std::string_view kSampleFingerprint =
    "fd011c80695c83e9c1266ba37905aa4f5e1a7289ff920b79b1635ce25b37902c";
constexpr std::string_view kSampleRecord =
    "IMMP-KEY 1\n"
    R"({"domain":"a.example","serial":1,"sign":"0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc=",)"
    R"("seal":"BSpQdzrI2Rdz8tyWYuEvDe/pFeQVuKHI4gpaPWqyuEM=","not-before":"2026-01-01T00:00:00Z",)"
    R"("not-after":"2027-01-01T00:00:00Z","previous":null,"next":null,"suites":[1]})"
    "\n5GyumAdlYL7Te++jOOMhS5UxKp7iAp9M51M7ChH1H2Qth794Ls6rjk9KCYHEzJ5Q6psCyu9RWBk8AiYr4OWsDA==\n";

std::string rest_of(std::istringstream& in) {
    std::string text;
    std::getline(in >> std::ws, text);
    return text;
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);)
        parts.push_back(part);
    return parts;
}

std::string trimmed(std::string text) {
    while (text.ends_with(' '))
        text.pop_back();
    return text;
}

// "text retry=5" to both.
Error read_error(int code, std::string text) {
    Error error{code, {}, {}, {}};
    if (const std::size_t at = text.find("retry="); at != text.npos) {
        error.retry = std::chrono::seconds(std::stoi(text.substr(at + 6)));
        text = trimmed(text.substr(0, at));
    }
    error.text = text;
    return error;
}

Credential read_credential(const std::string& sort) {
    Credential credential = test_credential();
    credential.of_device = sort == "own";
    if (sort == "draft") credential.hash = test_password().clone();
    return credential;
}

Submitted read_submitted(std::istringstream& in) {
    Submitted submitted;
    in >> submitted.id;
    std::string outcomes = rest_of(in);
    if (outcomes.starts_with("copyless ")) {
        submitted.copy_kept = false;
        outcomes.erase(0, 9);
    }
    for (const std::string& part : split(outcomes, '|')) {
        std::istringstream words(part);
        RecipientOutcome outcome;
        words >> outcome.recipient >> outcome.code;
        const Error error = read_error(outcome.code, trimmed(rest_of(words)));
        outcome.text = error.text;
        outcome.retry = error.retry;
        submitted.outcomes.push_back(outcome);
    }
    return submitted;
}

MailboxStatus read_status(std::istringstream& in) {
    MailboxStatus status;
    for (const std::string& part : split(rest_of(in), ',')) {
        std::istringstream words(part);
        FolderStatus folder;
        words >> folder.path >> folder.unread >> folder.total;
        status.push_back(folder);
    }
    return status;
}

IndexPage sample_index(std::size_t entries, std::string next) {
    const std::vector<IndexEntry> samples = {
        {"9507ce26-d34e-41cb-9f14-4eeff943e25e",
         "bob@b.example",
         {"alice@a.example"},
         "Lunch \"today\"?",
         Time(std::chrono::seconds(1'381'978'910)),
         1394,
         {"read", "flagged"},
         "/INBOX"},
        {"74d273d2-15c6-4420-81c1-1ae7edbcf3fe",
         "carol@a.example",
         {"alice@a.example", "bob@b.example"},
         "Grüße",
         Time(std::chrono::seconds(1'381'978'000)),
         20,
         {},
         "/INBOX"},
    };
    return {{samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(entries)}, std::move(next)};
}

Fetched fetched(std::string octets, std::string type) {
    return {std::make_shared<TestSource>(std::move(octets)), std::move(type), {}, {}};
}

QuotaStatus read_quota(std::istringstream& in) {
    QuotaStatus quota;
    in >> quota.used_bytes;
    std::uint64_t limit = 0;
    if (in >> limit) quota.limit_bytes = limit;
    return quota;
}

}  // namespace

Answer read_answer(const std::string& text) {
    std::istringstream in(text);
    std::string kind;
    in >> kind;
    if (kind == "done") return Done{};
    if (kind == "bundle") {
        TakenBundle taken;
        std::size_t count = 0;
        in >> taken.id >> count;
        taken.receipt.assign(count, 'r');
        return taken;
    }
    if (kind == "credential") return read_credential(rest_of(in));
    if (kind == "submitted") return read_submitted(in);
    if (kind == "status") return read_status(in);
    if (kind == "index") {
        std::size_t entries = 0;
        in >> entries;
        return sample_index(entries, rest_of(in));
    }
    if (kind == "source") return fetched(rest_of(in), "");
    if (kind == "part") {
        std::string type;
        in >> type;
        return fetched(rest_of(in), type);
    }
    if (kind == "octets") {
        std::size_t count = 0;
        in >> count;
        return fetched(std::string(count, 'x'), "");
    }
    if (kind == "path") return FolderPath{rest_of(in)};
    if (kind == "removed") return Removed{rest_of(in)};
    if (kind == "flags") return MessageFlags{split(rest_of(in), ' ')};
    if (kind == "quota") return read_quota(in);
    if (kind == "taken") {
        std::string type;
        in >> type;
        Fetched taken = fetched(rest_of(in), type);
        taken.lease = "0123456789abcdef0123456789abcdef";
        taken.ttl = std::chrono::seconds(300);
        return taken;
    }
    if (kind == "keys") {
        KeyRecords found;
        std::size_t count = 0;
        in >> found.name >> count;
        found.records.assign(count, {std::string(kSampleFingerprint), std::string(kSampleRecord)});
        return found;
    }
    if (kind == "pushed") {
        Pushed pushed;
        in >> pushed.code >> pushed.id;
        return pushed;
    }
    if (kind == "token") return MintedToken{rest_of(in), Time(std::chrono::seconds(1'382'583'710))};
    if (kind == "sources") {
        const Time since(std::chrono::seconds(1'381'978'000));
        return PushSourceList{{"cinema@b.example", std::nullopt, since, 2, "Is this \"your\" address?"},
                              {"nas@a.example", PushStanding::approved, since, 0},
                              {"news@b.example", PushStanding::blocked, since, 0}};
    }
    if (kind == "published") return PublishedKey{rest_of(in)};
    if (kind == "blocks") {
        const Time made(std::chrono::seconds(1'381'978'000));
        return BlockList{
            {"*.spam.example", BlockAction::junk, "", made, std::nullopt},
            {"bob@b.example", BlockAction::reject, "Too \"loud\"", made, made + std::chrono::hours(1)}};
    }
    if (kind == "rules") {
        Rule lists;
        lists.name = "lists";
        lists.from = "*@lists.example";
        lists.subject = "build failed";
        lists.larger = 1'000;
        lists.file = "/INBOX/lists";
        lists.read = lists.flagged = true;
        Rule spam;
        spam.name = "spam";
        spam.run = "spam-check";
        spam.reject = "Not \"that\" again";
        Rule away;
        away.name = "away";
        away.to = "alice@a.example";
        away.forward = "dave@b.example";
        away.stop = true;
        return RuleList{lists, spam, away};
    }
    if (kind == "item") {
        PublishedItem item;
        in >> item.id >> item.sequence;
        return item;
    }
    if (kind == "nodes") {
        NodeList list;
        list.nodes = {{"alice/updates@a.example", "News \"of\" a", true, 3, 2, 0},
                      {"alice/board@a.example", "Board", false, 0, 0, 1}};
        return list;
    }
    if (kind == "node") {
        NodeList list;
        list.nodes = {{"alice/board@a.example", "Board", false, 0, 1, 1}};
        list.people = {{"bob@b.example", NodeAdmission::waiting},
                       {"carol@a.example", NodeAdmission::admitted}};
        return list;
    }
    if (kind == "subscribed") {
        Subscribed subscribed;
        in >> subscribed.uuid;
        subscribed.title = rest_of(in);
        return subscribed;
    }
    if (kind == "subscriptions") {
        const Time since(std::chrono::seconds(1'381'978'910));
        return SubscriptionList{
            {"33af50bc-4841-4426-b27f-793186b52171", "newsletter/updates@b.example", "active",
             "Weekly \"news\"", "What is new", since},
            {"0b7e2a4e-5a1c-4b7e-9d55-0123456789ab", "board@b.example", "waiting", "", "", since}};
    }
    if (kind == "refused")
        return RefusedList{{Time(std::chrono::seconds(1'381'978'000)), "bob@b.example", 455, "b.example"}};
    if (kind == "shared") {
        std::string rights;
        in >> rights;
        return Shared{parse_rights(rights).value(), rest_of(in)};
    }
    if (kind == "shares") {
        ShareList shares;
        for (const std::string& part : split(rest_of(in), '|')) {
            std::istringstream words(part);
            std::string rights;
            words >> rights;
            shares.push_back({trimmed(rest_of(words)), parse_rights(rights).value()});
        }
        return shares;
    }
    if (kind == "settings") {
        SettingList settings;
        for (const std::string& part : split(rest_of(in), '|')) {
            const std::size_t equals = part.find('=');
            settings.push_back({part.substr(0, equals), part.substr(equals + 1)});
        }
        return settings;
    }
    if (kind == "secret") return DeviceSecret{rest_of(in)};
    if (kind == "devices")
        return DeviceList{
            {"Desktop Computer (Mail Client)", false, Time(std::chrono::seconds(1'381'978'910))},
            {"phone", true, std::nullopt}};
    if (kind == "error") {
        int code = 0;
        in >> code;
        return std::unexpected(read_error(code, rest_of(in)));
    }
    std::fprintf(stderr, "no such answer: %s\n", text.c_str());
    std::abort();
}

}  // namespace immp::bridge::test
