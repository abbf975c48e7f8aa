#include "bridge/mail/feed_word.hpp"

#include <algorithm>

#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "bridge/mail/metadata.hpp"

namespace immp::bridge {
namespace {

std::vector<std::string> read_uuids(armor::JsonReader& json, std::string_view key) {
    if (!json.has(key)) return {};
    auto uuids = json.texts(key);
    if (!std::ranges::all_of(uuids, armor::is_uuid)) json.complain(key, "names what is no UUID");
    return uuids;
}

Result<void> check_word(const NodeWord& word) {
    if (word.title.size() > kMaxTitleBytes || word.description.size() > kMaxDescriptionBytes)
        return fail(413, "A title or description is too long");
    if (!is_header_text(word.title) || !is_header_text(word.description))
        return fail(415, "Control characters in a title or description");
    if (word.admitted.size() + word.refused.size() + word.waiting.size() > kMaxDecided)
        return fail(413, "Too many subscriptions are decided at once");
    return {};
}

}  // namespace

std::string feed_wish_json(const FeedWish& wish) {
    armor::JsonWriter json;
    json.text("feed", wish.feed).number("after", wish.after);
    if (!wish.subscription.empty()) json.text("subscription", wish.subscription);
    return json.line();
}

Result<FeedWish> parse_feed_wish(std::string_view text) {
    auto json = armor::JsonReader::parse(text, kMaxWishBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    FeedWish wish{json->text("feed"), 0};
    if (json->has("after")) wish.after = json->number("after");
    if (json->has("subscription")) wish.subscription = json->text("subscription");
    if (!armor::is_uuid(wish.feed)) json->complain("feed", "is no UUID");
    if (!wish.subscription.empty() && !armor::is_uuid(wish.subscription))
        json->complain("subscription", "is no UUID");
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    return wish;
}

std::string node_word_json(const NodeWord& word) {
    armor::JsonWriter json;
    json.text("title", word.title).text("description", word.description);
    json.json("open", word.is_open ? "true" : "false");
    json.number("sequence", word.sequence).number("version", word.version);
    if (!word.admitted.empty()) json.json("admitted", armor::json_texts(word.admitted));
    if (!word.refused.empty()) json.json("refused", armor::json_texts(word.refused));
    if (!word.waiting.empty()) json.json("waiting", armor::json_texts(word.waiting));
    return json.line();
}

Result<NodeWord> parse_node_word(std::string_view text) {
    auto json = armor::JsonReader::parse(text, kMaxWordBytes);
    if (!json) return std::unexpected(std::move(json.error()));
    NodeWord word{json->text("title"),          json->text("description"),   json->flag("open"),
                  json->number("sequence"),     json->number("version"),     read_uuids(*json, "admitted"),
                  read_uuids(*json, "refused"), read_uuids(*json, "waiting")};
    if (auto done = json->finish(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = check_word(word); !done) return std::unexpected(std::move(done.error()));
    return word;
}

}  // namespace immp::bridge
