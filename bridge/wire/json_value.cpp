#include "bridge/wire/json_value.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace immp::bridge {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;
const json kNothing;

const json& of(const void* value) {
    return *static_cast<const json*>(value);
}

const json& member_of(const void* value, std::string_view key) {
    const json& object = of(value);
    if (!object.is_object()) return kNothing;
    const auto found = object.find(std::string(key));
    return found == object.end() ? kNothing : *found;
}

/// The parser and the tree's destructor recurse; a stranger's text must not choose how deep.
bool is_shallow(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string && c == '\\') ++at;
        if (c == '"') in_string = !in_string;
        if (in_string) continue;
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (depth > kMaxDepth) return false;
    }
    return true;
}

}  // namespace

struct JsonValue::Document {
    json root;
};

JsonValue::JsonValue(std::shared_ptr<const Document> document, const void* value)
    : document_(std::move(document)), value_(value) {}
JsonValue::JsonValue(const JsonValue&) = default;
JsonValue& JsonValue::operator=(const JsonValue&) = default;
JsonValue::~JsonValue() = default;

Result<JsonValue> JsonValue::parse(std::string_view text) {
    if (!is_shallow(text)) return fail(415, "JSON that is nested too deeply");
    auto document = std::make_shared<Document>(Document{json::parse(text, nullptr, false)});
    if (document->root.is_discarded()) return fail(415, "not JSON");
    const void* root = &document->root;
    return JsonValue(std::move(document), root);
}

std::string JsonValue::text(std::string_view key) const {
    const json& value = member_of(value_, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t JsonValue::number(std::string_view key) const {
    const json& value = member_of(value_, key);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

bool JsonValue::flag(std::string_view key) const {
    const json& value = member_of(value_, key);
    return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> JsonValue::texts(std::string_view key) const {
    const json& value = member_of(value_, key);
    if (value.is_string()) return {value.get<std::string>()};
    std::vector<std::string> found;
    if (!value.is_array()) return found;
    for (const json& item : value)
        if (item.is_string()) found.push_back(item.get<std::string>());
    return found;
}

JsonValue JsonValue::member(std::string_view key) const {
    return {document_, &member_of(value_, key)};
}

std::vector<JsonValue> JsonValue::items() const {
    std::vector<JsonValue> found;
    const json& list = of(value_);
    if (!list.is_array()) return found;
    for (const json& item : list)
        found.push_back(JsonValue(document_, &item));
    return found;
}

JsonStringCutter::JsonStringCutter(std::size_t string_bytes) : limit_(string_bytes) {}

std::string JsonStringCutter::feed(std::string_view octets) {
    std::string kept;
    for (const char c : octets) {
        const bool begins = state_ == State::outside && c == '"';
        const bool ends = state_ == State::inside && c == '"';
        const bool escapes = state_ == State::inside && c == '\\';
        if (state_ == State::outside || ends) {
            if (begins) {
                length_ = 0;
                whole_ = false;
            }
            if (begins || ends) state_ = begins ? State::inside : State::outside;
            kept += c;
            continue;
        }
        if (escapes && length_ < limit_) whole_ = true;
        state_ = escapes ? State::escaped : State::inside;
        if (whole_ || length_ < limit_) kept += c;
        ++length_;
    }
    return kept;
}

}  // namespace immp::bridge
