#include "component/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>

#include <toml++/toml.h>

#include "component/config_keys.hpp"

namespace immp::component {
namespace {

/// Of a bare TOML key.
constexpr std::string_view kKeyCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// Where a value came from, for the error line.
struct Origin {
    std::string place;  ///< "immpd.toml:12" or empty
    std::string key;    ///< "listener.port" or "IMMP_LISTENER_PORT"

    [[nodiscard]] std::string text() const { return (place.empty() ? "" : place + ": ") + key; }
    [[nodiscard]] std::unexpected<Error> complain(const std::string& what) const {
        return fail(400, text() + ": " + what);
    }
};

std::string dotted(const KeySpec& key) {
    return key.section.empty() ? std::string(key.name)
                               : std::string(key.section) + "." + std::string(key.name);
}

Result<KeyValue> check_number(const KeySpec& key, std::uint64_t number, const Origin& origin) {
    if (number < key.least || number > key.most) {
        return origin.complain("must be from " + std::to_string(key.least) + " to " +
                               std::to_string(key.most));
    }
    return KeyValue{{}, number, {}, {}};
}

std::string resolved(const std::string& path, const std::filesystem::path& folder) {
    if (path.empty() || path.starts_with('/')) return path;
    return (folder / path).lexically_normal().string();
}

Result<KeyValue> value_from_toml(const KeySpec& key, const toml::node& node, const Origin& origin) {
    switch (key.type) {
        case KeyType::number:
            if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0) {
                return check_number(key, static_cast<std::uint64_t>(*number), origin);
            }
            return origin.complain("must be a whole number, like 1025");
        case KeyType::table: {
            const auto* table = node.as_table();
            if (table == nullptr) return origin.complain("must be a table of texts");
            KeyValue value;
            for (const auto& [name, entry] : *table) {
                const auto text = entry.value_exact<std::string>();
                if (!text)
                    return origin.complain("must have a text in quotes for " + std::string(name.str()));
                value.list.push_back(std::string(name.str()) + "=" + *text);
            }
            return value;
        }
        case KeyType::list: {
            KeyValue value;
            // A single text is taken as a list of one.
            if (const auto text = node.value_exact<std::string>()) return KeyValue{{}, 0, {*text}, {}};
            const auto* array = node.as_array();
            if (array == nullptr) return origin.complain("must be a list of texts, like [\"::1\"]");
            for (const toml::node& item : *array) {
                const auto text = item.value_exact<std::string>();
                if (!text) return origin.complain("must be a list of texts, like [\"::1\"]");
                value.list.push_back(*text);
            }
            return value;
        }
        case KeyType::text:
        case KeyType::path:
        case KeyType::secret:
            if (auto text = node.value_exact<std::string>()) return KeyValue{std::move(*text), 0, {}, {}};
            return origin.complain("must be a text in quotes");
    }
    return origin.complain("has no type");
}

/// At both ends.
std::string without_blanks(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

Result<KeyValue> value_from_text(const KeySpec& key, const std::string& text, const Origin& origin) {
    if (key.type == KeyType::number) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size())
            return origin.complain("must be a whole number");
        return check_number(key, number, origin);
    }
    if (key.type != KeyType::list && key.type != KeyType::table) return KeyValue{text, 0, {}, {}};
    KeyValue value;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        std::string item = without_blanks(text.substr(begin, comma - begin));
        if (!item.empty()) value.list.push_back(std::move(item));
        begin = comma + 1;
    }
    return value;
}

/// The key of a line that could not be read, with its section: " listener.port:"; empty where there is none.
std::string key_on_line(const std::filesystem::path& file, std::uint32_t wanted) {
    std::ifstream stream(file);
    std::string line;
    std::string section;
    for (std::uint32_t number = 1; std::getline(stream, line); ++number) {
        const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
        const std::size_t end = std::min(line.find_first_not_of(kKeyCharacters, begin), line.size());
        if (number == wanted)
            return end == begin ? "" : " " + section + line.substr(begin, end - begin) + ":";
        if (line[begin] == '[') section = line.substr(begin + 1, line.find(']') - begin - 1) + ".";
    }
    return "";
}

class Loader {
  public:
    Loader(std::filesystem::path file, const Environment& environment)
        : file_(std::move(file)), environment_(environment) {}

    Result<Config> load() {
        toml::parse_result parsed;
        try {
            parsed = toml::parse_file(file_.string());
        } catch (const toml::parse_error& error) {
            return broken(error);
        }
        if (auto done = check_names(parsed); !done) return std::unexpected(std::move(done.error()));
        for (const KeySpec& key : config_keys()) {
            if (auto done = take(key, parsed); !done) return std::unexpected(std::move(done.error()));
        }
        if (auto done = check_routes(); !done) return std::unexpected(std::move(done.error()));
        if (config_.component.secret.empty() && needs_component()) {
            return fail(400,
                        file_.string() +
                            ": component.secret: is missing; set it, or component.secret_file, to the "
                            "secret that the XMPP server has for this component (without one every route "
                            "must be TCP, \"*\" too)");
        }
        if (config_.component.jid.empty() && !config_.component.secret.empty())
            config_.component.jid = "immp." + config_.domain;
        return std::move(config_);
    }

  private:
    [[nodiscard]] bridge::Way way_of(const std::string& domain) const {
        return bridge::Routes(config_.routes, {}).of(domain).way;
    }

    [[nodiscard]] std::unexpected<Error> goes_nowhere(const std::string& domain,
                                                      const std::string& gateway) const {
        return fail(400, file_.string() + ": routes: " + domain + " goes via " + gateway +
                             ", which must be another domain, with a route of its own: xmpp or tcp");
    }

    /// A gateway is reached by itself; one of a gateway would hide where mail goes.
    [[nodiscard]] Result<void> check_routes() const {
        for (const auto& [domain, route] : config_.routes) {
            if (route.way != bridge::Way::via) continue;
            const std::string& gateway = route.gateway;
            if (gateway == config_.domain || gateway == domain || way_of(gateway) == bridge::Way::via)
                return goes_nowhere(domain, gateway);
        }
        for (const std::string& served : config_.gateway.domains)
            if (served == config_.domain)
                return fail(400, file_.string() + ": gateway.domains: " + served +
                                     " is our own domain; name those behind us");
        return {};
    }

    [[nodiscard]] bool needs_component() const {
        const bool has_rest = config_.routes.contains("*");
        return !has_rest || std::ranges::any_of(config_.routes, [this](const auto& row) {
            const auto& [domain, route] = row;
            if (route.way == bridge::Way::via) return way_of(route.gateway) != bridge::Way::tcp;
            return route.way != bridge::Way::tcp;
        });
    }

    [[nodiscard]] std::unexpected<Error> broken(const toml::parse_error& error) const {
        std::error_code ignored;
        if (!std::filesystem::exists(file_, ignored)) {
            return fail(404, file_.string() + ": no such file; `immpd config` prints one to begin with");
        }
        const auto line = error.source().begin.line;
        if (line == 0) return fail(400, file_.string() + ": " + std::string(error.description()));
        return fail(400, file_.string() + ":" + std::to_string(line) + ":" + key_on_line(file_, line) + " " +
                             std::string(error.description()));
    }

    [[nodiscard]] Origin origin_of(const toml::node& node, std::string key) const {
        return {file_.string() + ":" + std::to_string(node.source().begin.line), std::move(key)};
    }

    [[nodiscard]] Result<void> check_names(const toml::table& root) const {
        std::set<std::string> known;
        std::set<std::string> sections;
        for (const KeySpec& key : config_keys()) {
            known.insert(dotted(key));
            if (!key.section.empty()) sections.emplace(key.section);
        }
        for (const auto& [name, node] : root) {
            const std::string key(name.str());
            const toml::table* section = sections.contains(key) ? node.as_table() : nullptr;
            if (section == nullptr && !known.contains(key)) return unknown(node, key);
            if (section == nullptr) continue;
            for (const auto& [inner, value] : *section) {
                const std::string whole = key + "." + std::string(inner.str());
                if (!known.contains(whole)) return unknown(value, whole);
            }
        }
        return {};
    }

    [[nodiscard]] std::unexpected<Error> unknown(const toml::node& node, const std::string& key) const {
        return origin_of(node, key).complain("is no key; `immpd config` lists them all");
    }

    Result<void> take(const KeySpec& key, const toml::table& root) {
        const auto found = key.section.empty() ? root[key.name] : root[key.section][key.name];
        if (const auto text = environment_(environment_name(key))) {
            const Origin origin{"", environment_name(key)};
            return hand_over(key, value_from_text(key, *text, origin), origin);
        }
        if (const toml::node* node = is_replaced(key) ? nullptr : found.node()) {
            const Origin origin = origin_of(*node, dotted(key));
            return hand_over(key, value_from_toml(key, *node, origin), origin);
        }
        const Origin origin{file_.string(), dotted(key)};
        if (key.fallback.empty())
            return origin.complain("is missing: " + std::string(key.meaning) + "; set it, or " +
                                   environment_name(key) + " in the environment");
        const toml::table fallback = toml::parse("v = " + std::string(key.fallback));
        return hand_over(key, value_from_toml(key, *fallback["v"].node(), origin), origin);
    }

    /// The secret has two keys; either in the environment stands for both in the file.
    [[nodiscard]] bool is_replaced(const KeySpec& key) const {
        const auto is_set = [this](std::string_view name) {
            return !environment_(name).value_or("").empty();
        };
        const std::string name = dotted(key);
        return (name == "component.secret" && is_set("IMMP_COMPONENT_SECRET_FILE")) ||
               (name == "component.secret_file" && is_set("IMMP_COMPONENT_SECRET"));
    }

    Result<void> hand_over(const KeySpec& key, Result<KeyValue> value, const Origin& origin) {
        if (!value) return std::unexpected(std::move(value.error()));
        if (key.type == KeyType::path) value->text = resolved(value->text, file_.parent_path());
        value->told = origin.text();
        if (auto done = key.take(config_, std::move(*value)); !done)
            return origin.complain(done.error().text);
        return {};
    }

    const std::filesystem::path file_;
    const Environment& environment_;
    Config config_;
};

}  // namespace

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

Result<Config> load_config(const std::filesystem::path& file, const Environment& environment) {
    return Loader(file, environment).load();
}

std::string route_text(const bridge::Route& route) {
    switch (route.way) {
        case bridge::Way::tcp: return "tcp:" + route.host + ":" + std::to_string(route.port);
        case bridge::Way::via: return "via:" + route.gateway;
        case bridge::Way::xmpp: break;
    }
    return "xmpp";
}

std::string config_template() {
    std::string out;
    std::string_view section;
    for (const KeySpec& key : config_keys()) {
        if (key.section != section) {
            section = key.section;
            out += "\n[" + std::string(section) + "]\n";
        }
        out += "# " + std::string(key.meaning) + " (" + environment_name(key) + ")\n";
        const bool is_required = key.fallback.empty();
        out += (is_required ? "" : "#") + std::string(key.name) + " = " +
               (is_required ? "\"\"" : std::string(key.fallback)) + "\n";
    }
    return out;
}

}  // namespace immp::component
