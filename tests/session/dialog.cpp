#include "tests/session/dialog.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

#include "bridge/session/handlers.hpp"
#include "bridge/wire/codes.hpp"
#include "tests/session/answers.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

// What `caps=` lists: every verb that works in some state behind TLS.
std::string capabilities() {
    std::string list;
    for (const CommandSpec& spec : command_table()) {
        if (!is_implemented(spec.verb) || spec.verb == Verb::upgrade) continue;
        std::string verb(spec.keywords);
        for (char& c : verb)
            if (c == ' ') c = '-';
        list += (list.empty() ? "" : ",") + verb;
    }
    return list;
}

// `\n`, `\r`, `\0`, `\xHH`, `\\`, and `<x*8193>` for many of one.
std::string unescape(std::string_view text) {
    std::string octets;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) {
            const char c = text[++at];
            if (c == 'x') {
                octets += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
                at += 2;
            } else {
                octets += c == 'n' ? '\n' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
            }
        } else if (text[at] == '<' && text.substr(at + 2, 1) == "*") {
            const std::size_t end = text.find('>', at);
            octets.append(std::stoul(std::string(text.substr(at + 3, end - at - 3))), text[at + 1]);
            at = end;
        } else {
            octets += text[at];
        }
    }
    return octets;
}

std::string octets_of(const Step& step) {
    if (step.word == "C" || step.word == "S") return step.text + "\n";
    return unescape(step.text);
}

bool is_client(const Step& step) {
    return step.word == "C" || step.word == "C>";
}

bool is_expectation(const Step& step) {
    return step.word == "S" || step.word == "S>" || step.word == "ask" || step.word == "event" ||
           step.word == "part";
}

void set_limit(SessionLimits& limits, const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const unsigned long value = std::stoul(text.substr(equals + 1));
    if (name == "message_bytes") limits.message_bytes = value;
    if (name == "bundle_bytes") limits.bundle_bytes = value;
    if (name == "parts") limits.parts = static_cast<std::uint32_t>(value);
    if (name == "recipients") limits.recipients = static_cast<std::uint32_t>(value);
    if (name == "index_limit") limits.index_limit = static_cast<std::uint32_t>(value);
    if (name == "errors_before_login") limits.errors_before_login = static_cast<std::uint32_t>(value);
}

class Player {
  public:
    Player(const Dialog& dialog, const Cut& cut) : dialog_(dialog), cut_(cut) {}

    std::optional<std::string> run() {
        ListenerKind kind = ListenerKind::upgrade;
        SessionLimits limits;
        for (const Step& step : dialog_.steps) {
            if (step.word == "listener" && step.text == "immediate") kind = ListenerKind::immediate;
            if (step.word == "listener" && step.text == "xmpp") kind = ListenerKind::xmpp;
            if (step.word == "limit") set_limit(limits, step.text);
            if (step.word == "events" && step.text == "unseen") events_unseen_ = true;
        }
        stage_.emplace(kind, limits);
        for (const Step& step : dialog_.steps) {
            if (is_expectation(step)) {
                expect(step);
                continue;
            }
            if (auto wrong = compare(step.line)) return wrong;
            if (auto wrong = act(step)) return wrong;
        }
        return compare(dialog_.steps.empty() ? 0 : dialog_.steps.back().line);
    }

  private:
    void expect(const Step& step) {
        if (step.word == "S" || step.word == "S>") expected_sent_ += octets_of(step);
        if (step.word == "ask") expected_events_.push_back("ask: " + step.text);
        if (step.word == "event") expected_events_.push_back(step.text);
        if (step.word == "part") {
            const std::size_t blank = step.text.find(' ');
            expected_parts_[step.text.substr(0, blank)] =
                blank == step.text.npos ? "" : unescape(step.text.substr(blank + 1));
        }
    }

    std::optional<std::string> compare(std::size_t line) {
        if (in_client_) return std::nullopt;
        return compare_now(line);
    }

    std::optional<std::string> compare_now(std::size_t line) {
        std::vector<std::string> events = std::exchange(stage_->events, {});
        if (events_unseen_) events.clear();
        const std::string sent = std::exchange(stage_->sent, {});
        std::string wrong;
        if (sent != expected_sent_) wrong += "sent:\n" + sent + "instead of:\n" + expected_sent_;
        if (events != expected_events_)
            wrong += "events:\n" + lines(events) + "instead of:\n" + lines(expected_events_);
        for (const auto& [name, octets] : expected_parts_)
            if (!stage_->parts.contains(name) || stage_->parts[name] != octets)
                wrong += "part " + name + " is: " + stage_->parts[name] + "\n";
        expected_sent_.clear();
        expected_events_.clear();
        expected_parts_.clear();
        if (wrong.empty()) return std::nullopt;
        return dialog_.name + ", before line " + std::to_string(line) + ": " + wrong;
    }

    static std::string lines(const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& text : texts)
            all += text + "\n";
        return all;
    }

    void receive(std::string_view octets) {
        while (!octets.empty()) {
            std::size_t piece = octets.size();
            if (cut_.piece) piece = std::min(piece, *cut_.piece);
            if (cut_.position && *cut_.position > client_bytes_ &&
                *cut_.position < client_bytes_ + octets.size())
                piece = *cut_.position - client_bytes_;
            stage_->receive(octets.substr(0, piece));
            client_bytes_ += piece;
            octets.remove_prefix(piece);
        }
    }

    std::optional<std::string> act(const Step& step) {
        if (is_client(step)) {
            block_ += octets_of(step);
            const bool more = &step != &dialog_.steps.back() && is_client(*(&step + 1));
            in_client_ = more;
            if (!more) receive(std::exchange(block_, {}));
        } else if (step.word == "start") {
            stage_->start();
        } else if (step.word == "tls" || step.word.starts_with("---")) {
            stage_->establish_tls(step.text != "no exporter");
        } else if (step.word == "login") {
            stage_->log_in(step.text);
        } else if (step.word == "idle") {
            stage_->idle();
        } else if (step.word == "shut down") {
            stage_->shut_down();
        } else if (step.word == "pieces") {
            stage_->piece_bytes = std::stoul(step.text);
        } else if (step.word == "prepare") {
            stage_->prepared.push_back(read_answer(step.text));
        } else if (step.word == "answer") {
            const bool numbered = step.text.starts_with('#');
            const std::size_t number = numbered ? std::stoul(step.text.substr(1)) - 1 : 0;
            stage_->answer(number,
                           read_answer(numbered ? step.text.substr(step.text.find(' ') + 1) : step.text));
        } else if (step.word != "listener" && step.word != "limit" && step.word != "events" &&
                   step.word != "real" && step.word != "only") {
            return dialog_.name + ": line " + std::to_string(step.line) + " is not understood: " + step.word;
        }
        return std::nullopt;
    }

    const Dialog& dialog_;
    const Cut cut_;
    std::optional<Stage> stage_;
    std::string block_;  // of client lines that follow each other
    std::string expected_sent_;
    std::vector<std::string> expected_events_;
    std::map<std::string, std::string> expected_parts_;
    std::size_t client_bytes_ = 0;
    bool in_client_ = false;
    bool events_unseen_ = false;
};

}  // namespace

Dialog parse_dialog(std::string name, std::string_view given) {
    std::string expanded(given);
    for (std::size_t caps = expanded.find("@caps@"); caps != expanded.npos; caps = expanded.find("@caps@"))
        expanded.replace(caps, 6, capabilities());
    std::string_view text = expanded;
    Dialog dialog{std::move(name), {}};
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        const bool raw = line.starts_with("C>") || line.starts_with("S>");
        const std::size_t colon = raw ? 2 : std::min(line.find(':'), line.size());
        const std::size_t begin = std::min(raw ? 2 : colon + 1, line.size());
        std::string_view rest = line.substr(begin);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
        dialog.steps.push_back({std::string(line.substr(0, colon)), std::string(rest), number});
    }
    return dialog;
}

std::size_t client_bytes(const Dialog& dialog) {
    std::size_t sum = 0;
    for (const Step& step : dialog.steps)
        if (is_client(step)) sum += octets_of(step).size();
    return sum;
}

std::optional<std::string> play(const Dialog& dialog, const Cut& cut) {
    return Player(dialog, cut).run();
}

std::optional<std::string> play_every_way(const Dialog& dialog) {
    if (auto wrong = play(dialog, {})) return "whole: " + *wrong;
    for (const Step& step : dialog.steps)
        if (step.word == "only" && step.text == "whole") return std::nullopt;
    if (auto wrong = play(dialog, {.piece = 1, .position = {}})) return "octet by octet: " + *wrong;
    const std::size_t bytes = client_bytes(dialog);
    // Long runs of one octet are cut at a stride that is prime to everything.
    const std::size_t stride = bytes > 4'000 ? 97 : 1;
    for (std::size_t at = 1; at < bytes; at += stride)
        if (auto wrong = play(dialog, {.piece = {}, .position = at}))
            return "cut at " + std::to_string(at) + ": " + *wrong;
    return std::nullopt;
}

}  // namespace immp::bridge::test
