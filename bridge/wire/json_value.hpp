// General JSON as a client reads it (RFC 8259): lists of messages, whole messages. What is signed is read by
// armor/json_line.hpp instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"

namespace immp::bridge {

/// A value of a parsed document, which it shares. Reading never fails: what is not there or of another type
/// is empty, as a client must live with servers that know more or less than it does.
class JsonValue {
  public:
    /// 415 for what is no JSON, and deeper than 64 levels.
    [[nodiscard]] static Result<JsonValue> parse(std::string_view text);

    JsonValue(const JsonValue&);
    JsonValue& operator=(const JsonValue&);
    ~JsonValue();

    /// A member of an object that is text; else empty.
    [[nodiscard]] std::string text(std::string_view key) const;
    /// A member that is an integer from 0 on; else 0.
    [[nodiscard]] std::uint64_t number(std::string_view key) const;
    /// A member that is true; false for any other.
    [[nodiscard]] bool flag(std::string_view key) const;
    /// The texts of a member that is a list; a single text counts as a list of one.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] JsonValue member(std::string_view key) const;
    /// The values of a list; else none.
    [[nodiscard]] std::vector<JsonValue> items() const;

  private:
    struct Document;
    JsonValue(std::shared_ptr<const Document> document, const void* value);

    std::shared_ptr<const Document> document_;
    const void* value_;
};

/// Cuts the strings of a JSON text that comes in pieces to at most `string_bytes` octets each, so that a
/// message with large parts can be looked at without holding them. Names of members are strings too, so
/// `string_bytes` is longer than any that is looked for. A string with an escape before that length
/// stays whole; base64 has none, and where `string_bytes` is a multiple of 4 the rest still is base64.
class JsonStringCutter {
  public:
    explicit JsonStringCutter(std::size_t string_bytes);
    /// What stays of the next octets.
    [[nodiscard]] std::string feed(std::string_view octets);

  private:
    enum class State { outside, inside, escaped };

    std::size_t limit_;
    std::size_t length_ = 0;  // of the string under way
    bool whole_ = false;      // that string is not cut
    State state_ = State::outside;
};

}  // namespace immp::bridge
