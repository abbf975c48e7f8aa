#include "armor/json_line.hpp"

#include <algorithm>
#include <variant>

#include <nlohmann/json.hpp>

#include "armor/json_list.hpp"

namespace immp::armor {

struct JsonMember;
using JsonNull = std::monostate;
using JsonList = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;

struct JsonValue {
    std::variant<JsonNull, bool, std::uint64_t, std::string, JsonList, JsonObject> value;
};

struct JsonMember {
    std::string key;
    JsonValue value;
    bool taken = false;
};

struct JsonReader::State {
    JsonValue root;
    std::string complaint;
};

namespace {

// Builds the value from the library's events; false ends the parse, and everything a line cannot hold is
// false.
class Builder : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Builder(JsonValue& root) : root_(root) {}

    bool null() override { return put(JsonNull{}); }
    bool boolean(bool flag) override { return put(flag); }
    bool number_integer(number_integer_t) override { return false; }
    bool number_unsigned(number_unsigned_t number) override {
        return number <= kMaxJsonInteger && put(std::uint64_t{number});
    }
    bool number_float(number_float_t, const string_t&) override { return false; }
    bool string(string_t& text) override { return put(std::move(text)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(JsonObject{}); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(JsonList{}); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        auto& members = std::get<JsonObject>(open_.back()->value);
        if (std::ranges::find(members, name, &JsonMember::key) != members.end()) return false;
        if (members.size() == kMaxJsonMembers) return false;
        members.push_back({std::move(name), {}, false});
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;
    }

  private:
    // Where the next value goes.
    JsonValue& slot() {
        if (open_.empty()) return root_;
        if (auto* list = std::get_if<JsonList>(&open_.back()->value)) return list->emplace_back();
        return std::get<JsonObject>(open_.back()->value).back().value;
    }
    template <class T>
    bool put(T value) {
        slot().value = std::move(value);
        return true;
    }
    template <class T>
    bool open(T value) {
        if (open_.size() == kMaxJsonDepth) return false;
        JsonValue& opened = slot();
        opened.value = std::move(value);
        open_.push_back(&opened);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    JsonValue& root_;
    std::vector<JsonValue*> open_;  // none of them moves while one inside it is open
};

bool is_plain(std::string_view line) {
    return std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

bool is_taken_whole(const JsonValue& value) {
    if (const auto* list = std::get_if<JsonList>(&value.value))
        return std::ranges::all_of(*list, is_taken_whole);
    const auto* members = std::get_if<JsonObject>(&value.value);
    return members == nullptr || std::ranges::all_of(*members, [](const JsonMember& member) {
               return member.taken && is_taken_whole(member.value);
           });
}

}  // namespace

JsonReader::JsonReader(std::shared_ptr<State> state, JsonValue* object)
    : state_(std::move(state)), object_(object) {}

Result<JsonReader> JsonReader::parse(std::string_view text, const JsonForm& form) {
    if (text.size() > form.bytes) return fail(413, "the JSON is too long");
    // The library would pass over a byte order mark, and white space around the object.
    const bool bare = text.starts_with('{') && text.ends_with('}') && is_plain(text);
    if (form.space == JsonSpace::none ? !bare : text.starts_with("\xef\xbb\xbf"))
        return fail(400, "not a JSON line");
    auto state = std::make_shared<State>();
    Builder builder(state->root);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return fail(400, "not JSON, or too much of it");
    JsonValue* root = &state->root;
    if (!std::holds_alternative<JsonObject>(root->value)) return fail(400, "not a JSON object");
    return JsonReader(std::move(state), root);
}

JsonValue* JsonReader::find(std::string_view key) {
    if (object_ == nullptr) return nullptr;
    auto& members = std::get<JsonObject>(object_->value);
    const auto member = std::ranges::find(members, key, &JsonMember::key);
    if (member == members.end()) return nullptr;
    member->taken = true;
    return &member->value;
}

bool JsonReader::has(std::string_view key) const {
    if (object_ == nullptr) return false;
    const auto& members = std::get<JsonObject>(object_->value);
    return std::ranges::find(members, key, &JsonMember::key) != members.end();
}

template <class T>
T JsonReader::take(std::string_view key) {
    JsonValue* value = find(key);
    if (value != nullptr && std::holds_alternative<T>(value->value)) return std::get<T>(value->value);
    complain(key, "is missing or of another type");
    return {};
}

template <class T>
std::vector<T> JsonReader::take_list(std::string_view key) {
    std::vector<T> values;
    for (const JsonValue& value : take<JsonList>(key)) {
        const T* item = std::get_if<T>(&value.value);
        if (item == nullptr) {
            complain(key, "has a value of another type");
            return {};
        }
        values.push_back(*item);
    }
    return values;
}

std::string JsonReader::text(std::string_view key) {
    return take<std::string>(key);
}

std::uint64_t JsonReader::number(std::string_view key) {
    return take<std::uint64_t>(key);
}

std::vector<std::string> JsonReader::texts(std::string_view key) {
    return take_list<std::string>(key);
}

std::vector<std::uint64_t> JsonReader::numbers(std::string_view key) {
    return take_list<std::uint64_t>(key);
}

std::optional<std::string> JsonReader::text_or_null(std::string_view key) {
    const JsonValue* value = find(key);
    if (value != nullptr && std::holds_alternative<JsonNull>(value->value)) return std::nullopt;
    return text(key);
}

std::pair<std::uint64_t, std::string> JsonReader::number_and_text(std::string_view key) {
    const JsonList list = take<JsonList>(key);
    if (list.size() == 2) {
        const auto* number = std::get_if<std::uint64_t>(&list[0].value);
        const auto* text = std::get_if<std::string>(&list[1].value);
        if (number != nullptr && text != nullptr) return {*number, *text};
    }
    complain(key, "is not a list of a number and a text");
    return {};
}

bool JsonReader::flag(std::string_view key) {
    return take<bool>(key);
}

JsonReader JsonReader::object(std::string_view key) {
    JsonValue* value = find(key);
    if (value != nullptr && std::holds_alternative<JsonObject>(value->value)) return {state_, value};
    complain(key, "is missing or no object");
    return {state_, nullptr};
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) {
    JsonValue* value = find(key);
    auto* list = value == nullptr ? nullptr : std::get_if<JsonList>(&value->value);
    std::vector<JsonReader> readers;
    if (list == nullptr) {
        complain(key, "is missing or no list");
        return readers;
    }
    for (JsonValue& item : *list) {
        const bool is_object = std::holds_alternative<JsonObject>(item.value);
        if (!is_object) complain(key, "has a value that is no object");
        readers.push_back(JsonReader(state_, is_object ? &item : nullptr));
    }
    return readers;
}

void JsonReader::complain(std::string_view key, std::string_view what) {
    if (!sound()) return;
    state_->complaint = key;
    state_->complaint += " ";
    state_->complaint += what;
}

bool JsonReader::sound() const {
    return state_->complaint.empty();
}

Result<void> JsonReader::finish() const {
    if (!sound()) return fail(400, state_->complaint);
    if (!is_taken_whole(state_->root)) return fail(400, "a member that does not belong here");
    return {};
}

JsonWriter& JsonWriter::json(std::string_view key, std::string_view value) {
    if (!members_.empty()) members_ += ',';
    members_ += json_text(key);
    members_ += ':';
    members_ += value;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view key, std::string_view value) {
    return json(key, json_text(value));
}

JsonWriter& JsonWriter::null(std::string_view key) {
    return json(key, "null");
}

JsonWriter& JsonWriter::number(std::string_view key, std::uint64_t value) {
    return json(key, std::to_string(value));
}

std::string json_text(std::string_view value) {
    std::string json = "\"";
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (octet < 0x20) {
            constexpr std::string_view kHex = "0123456789abcdef";
            json += "\\u00";
            json += kHex[octet >> 4U];
            json += kHex[octet & 15U];
        } else {
            json += c;
        }
    }
    return json + "\"";
}

std::string json_texts(const std::vector<std::string>& values) {
    return json_list(values, json_text);
}

std::string json_numbers(const std::vector<std::uint64_t>& values) {
    return json_list(values, [](std::uint64_t value) { return std::to_string(value); });
}

}  // namespace immp::armor
