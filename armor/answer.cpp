#include "armor/answer.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <sodium.h>

namespace immp::armor {
namespace {

constexpr std::string_view kAnswerContext = "IMMP1 answer";
constexpr std::size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kTagBytes = crypto_secretbox_MACBYTES;
constexpr std::uint64_t kMaxRetrySeconds = 999'999'999;

std::unexpected<Error> bad_line() {
    return fail(400, "not an outcome line");
}

// A decimal number in its one form; nullopt for leading zeros and whatever is over `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || (text.size() > 1 && text.front() == '0') || value > max) return std::nullopt;
    return value;
}

std::string_view take_word(std::string_view& text, char end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view word = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return word;
}

// RFC 3463, 2: class "." subject "." detail.
bool is_enhanced(std::string_view text, char class_digit) {
    if (text.size() < 2 || text[0] != class_digit || text[1] != '.' || text.ends_with('.')) return false;
    text.remove_prefix(2);
    const auto subject = parse_number(take_word(text, '.'), 999);
    return subject && parse_number(text, 999);
}

bool is_well_formed(const Outcome& outcome) {
    const int group = outcome.code / 100;
    if (group == 2) return !outcome.retry && outcome.enhanced.empty();
    if (group != 4 && group != 7) return false;
    if (outcome.retry &&
        (outcome.retry->count() < 0 || std::cmp_greater(outcome.retry->count(), kMaxRetrySeconds)))
        return false;
    return is_enhanced(outcome.enhanced, outcome.retry ? '4' : '5');
}

std::string outcome_line(const Outcome& outcome) {
    std::string line = std::to_string(outcome.item) + " " + std::to_string(outcome.recipient) + " " +
                       std::to_string(outcome.code);
    if (outcome.retry) line += " retry=" + std::to_string(outcome.retry->count());
    if (!outcome.enhanced.empty()) line += " e=" + outcome.enhanced;
    return line + "\n";
}

Result<Outcome> parse_outcome(std::string_view line) {
    const auto item = parse_number(take_word(line, ' '), kMaxOutcomes);
    const auto recipient = parse_number(take_word(line, ' '), kMaxOutcomes);
    const auto code = parse_number(take_word(line, ' '), 799);
    if (!item || !recipient || !code) return bad_line();
    Outcome outcome{static_cast<std::uint32_t>(*item),
                    static_cast<std::uint32_t>(*recipient),
                    static_cast<int>(*code),
                    std::nullopt,
                    {}};
    if (line.starts_with("retry=")) {
        const auto seconds = parse_number(take_word(line, ' ').substr(6), kMaxRetrySeconds);
        if (!seconds) return bad_line();
        outcome.retry = std::chrono::seconds(*seconds);
    }
    if (line.starts_with("e=")) outcome.enhanced = take_word(line, ' ').substr(2);
    return outcome;
}

// Each outcome has one line, so what does not come out again as it went in was not well formed.
Result<std::vector<Outcome>> parse_outcomes(std::string_view plain) {
    std::vector<Outcome> outcomes;
    while (!plain.empty() && plain.front() != '\0') {
        if (outcomes.size() == kMaxOutcomes) return fail(413, "too many outcomes");
        const std::string_view before = plain;
        auto outcome = parse_outcome(take_word(plain, '\n'));
        if (!outcome) return std::unexpected(outcome.error());
        if (!is_well_formed(*outcome) || !before.starts_with(outcome_line(*outcome))) return bad_line();
        outcomes.push_back(std::move(*outcome));
    }
    // Less than a block of padding, but for an answer without outcomes (a sealed echo), which is one block.
    const std::size_t most = outcomes.empty() ? kAnswerBlockBytes : kAnswerBlockBytes - 1;
    if (plain.find_first_not_of('\0') != plain.npos || plain.size() > most)
        return fail(400, "the answer's padding is not exact");
    return outcomes;
}

bool names_each_once(std::span<const Outcome> sorted, std::span<const std::uint32_t> recipients) {
    auto outcome = sorted.begin();
    for (std::uint32_t item = 0; item < recipients.size(); ++item) {
        for (std::uint32_t recipient = 0; recipient < recipients[item]; ++recipient, ++outcome) {
            if (outcome == sorted.end() || outcome->item != item || outcome->recipient != recipient)
                return false;
        }
    }
    return outcome == sorted.end();
}

}  // namespace

bool is_answer_length(std::size_t octets) {
    constexpr std::size_t kExtra = kNonceBytes + kTagBytes;
    return octets >= kExtra + kAnswerBlockBytes && octets <= kExtra + kMaxAnswerPlainBytes &&
           (octets - kExtra) % kAnswerBlockBytes == 0;
}

Result<Bytes> seal_answer(std::span<const Outcome> outcomes, const ContentKey& key, const Route& route) {
    if (outcomes.size() > kMaxOutcomes) return fail(413, "too many outcomes");
    std::string plain;
    for (const Outcome& outcome : outcomes) {
        if (!is_well_formed(outcome)) return bad_line();
        plain += outcome_line(outcome);
    }
    const std::size_t blocks =
        std::max<std::size_t>(1, (plain.size() + kAnswerBlockBytes - 1) / kAnswerBlockBytes);
    plain.resize(blocks * kAnswerBlockBytes);
    if (plain.size() > kMaxAnswerPlainBytes) return fail(413, "too many outcomes");
    Bytes answer(kNonceBytes + kTagBytes + plain.size());
    randombytes_buf(answer.data(), kNonceBytes);
    const SecretBytes<32> answer_key = derive_key(key, kAnswerContext, route);
    crypto_secretbox_easy(answer.data() + kNonceBytes, as_bytes(plain).data(), plain.size(), answer.data(),
                          answer_key.view().data());
    return answer;
}

Result<std::vector<Outcome>> open_answer(ByteView answer, const ContentKey& key, const Route& route,
                                         std::span<const std::uint32_t> recipients) {
    if (!is_answer_length(answer.size())) return fail(400, "no answer has this length");
    const SecretBytes<32> answer_key = derive_key(key, kAnswerContext, route);
    const ByteView box = answer.subspan(kNonceBytes);
    Bytes plain(box.size() - kTagBytes);
    if (crypto_secretbox_open_easy(plain.data(), box.data(), box.size(), answer.data(),
                                   answer_key.view().data()) != 0)
        return fail(423, "the answer does not open");
    auto outcomes = parse_outcomes(as_text(plain));
    if (!outcomes) return outcomes;
    std::ranges::sort(*outcomes, {}, [](const Outcome& one) { return std::pair(one.item, one.recipient); });
    if (!names_each_once(*outcomes, recipients)) return fail(400, "not every recipient exactly once");
    return outcomes;
}

}  // namespace immp::armor
