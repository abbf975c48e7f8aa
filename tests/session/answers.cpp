#include "tests/session/answers.hpp"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

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

Submitted read_submitted(std::istringstream& in) {
    Submitted submitted;
    in >> submitted.id;
    for (const std::string& part : split(rest_of(in), '|')) {
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
    return {std::make_shared<TestSource>(std::move(octets)), std::move(type)};
}

}  // namespace

Answer read_answer(const std::string& text) {
    std::istringstream in(text);
    std::string kind;
    in >> kind;
    if (kind == "done") return Done{};
    if (kind == "credential") return test_credential();
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
    if (kind == "blocks") {
        const Time made(std::chrono::seconds(1'381'978'000));
        return BlockList{
            {"*.spam.example", BlockAction::junk, "", made, std::nullopt},
            {"bob@b.example", BlockAction::reject, "Too \"loud\"", made, made + std::chrono::hours(1)}};
    }
    if (kind == "refused")
        return RefusedList{{Time(std::chrono::seconds(1'381'978'000)), "bob@b.example", 455, "b.example"}};
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
            {"phone", true, Time(std::chrono::seconds(1'381'978'000))}};
    if (kind == "error") {
        int code = 0;
        in >> code;
        return std::unexpected(read_error(code, rest_of(in)));
    }
    std::fprintf(stderr, "no such answer: %s\n", text.c_str());
    std::abort();
}

}  // namespace immp::bridge::test
