// The one-line JSON objects of records, headers and receipts, read strictly: what was signed are these very
// octets, so there must be one way to understand them. The general JSON of bodies and replies is
// bridge/wire's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "armor/error.hpp"

namespace immp::armor {

/// Octets of a line without its newline; a longer one is 413.
inline constexpr std::size_t kMaxJsonLineBytes = 4'096;
/// The largest integer that every JSON reader keeps exact (RFC 7493, 2.2).
inline constexpr std::uint64_t kMaxJsonInteger = (std::uint64_t{1} << 53) - 1;

/// Objects and lists inside one another, and members of one object.
inline constexpr std::size_t kMaxJsonDepth = 4;
inline constexpr std::size_t kMaxJsonMembers = 64;

struct JsonValue;

/// What a reader takes: signed lines are short and without white space around; inner envelopes are longer,
/// and metadata parts may be laid out for people.
enum class JsonSpace { none, allowed };
struct JsonForm {
    std::size_t bytes = kMaxJsonLineBytes;
    JsonSpace space = JsonSpace::none;
};

/// Takes the members of one object by name. The first complaint (missing, of another type, out of bounds) is
/// kept and later calls give empty values; finish() tells it, or 400 for a member that nobody asked for. So a
/// reader is a list of fields and one check.
class JsonReader {
  public:
    /// 413 over form.bytes; 400: not one object, doubled keys, octets below 0x20 or white space around it
    /// (where not allowed), bad UTF-8, more members than kMaxJsonMembers, deeper than kMaxJsonDepth, and
    /// numbers with a sign, point or exponent or over kMaxJsonInteger.
    [[nodiscard]] static Result<JsonReader> parse(std::string_view text, const JsonForm& form = {});
    [[nodiscard]] static Result<JsonReader> parse(std::string_view text, std::size_t max_bytes) {
        return parse(text, JsonForm{max_bytes, JsonSpace::none});
    }

    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::string text(std::string_view key);
    /// JSON null is nullopt.
    [[nodiscard]] std::optional<std::string> text_or_null(std::string_view key);
    [[nodiscard]] std::uint64_t number(std::string_view key);
    [[nodiscard]] bool flag(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view key);
    /// A list of one integer and one text, as `immp-payload` is.
    [[nodiscard]] std::pair<std::uint64_t, std::string> number_and_text(std::string_view key);
    /// The members of an inner object; complaints about them are this reader's too.
    [[nodiscard]] JsonReader object(std::string_view key);
    /// The same for a list of objects.
    [[nodiscard]] std::vector<JsonReader> objects(std::string_view key);

    /// What the caller found wrong with a value; kept if it is the first complaint.
    void complain(std::string_view key, std::string_view what);
    /// No complaint so far.
    [[nodiscard]] bool sound() const;
    /// 400 with the first complaint; whichever reader of the line is asked.
    [[nodiscard]] Result<void> finish() const;

  private:
    struct State;
    JsonReader(std::shared_ptr<State> state, JsonValue* object);

    template <class T>
    T take(std::string_view key);
    template <class T>
    std::vector<T> take_list(std::string_view key);
    JsonValue* find(std::string_view key);

    std::shared_ptr<State> state_;  // shared with the readers of inner objects
    JsonValue* object_;             // nullptr where the inner object was missing
};

/// Writes such a line: members in the order given, no white space; only `"`, `\` and controls are escaped.
class JsonWriter {
  public:
    JsonWriter& text(std::string_view key, std::string_view value);
    JsonWriter& null(std::string_view key);
    JsonWriter& number(std::string_view key, std::uint64_t value);
    /// `value` is JSON already: an inner writer's line(), a list, `true`.
    JsonWriter& json(std::string_view key, std::string_view value);

    /// The whole object: JSON where the texts were UTF-8.
    [[nodiscard]] std::string line() const { return "{" + members_ + "}"; }

  private:
    std::string members_;
};

/// `"..."` with its escapes.
[[nodiscard]] std::string json_text(std::string_view value);
/// `["a","b"]`, `[1,2]`
[[nodiscard]] std::string json_texts(const std::vector<std::string>& values);
[[nodiscard]] std::string json_numbers(const std::vector<std::uint64_t>& values);

}  // namespace immp::armor
