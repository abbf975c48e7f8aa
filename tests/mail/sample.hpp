// A message with its bodies, items made of it, and what a reader says of them.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "armor/padding.hpp"
#include "bridge/mail/item.hpp"
#include "bridge/mail/segment.hpp"

namespace immp::bridge {

inline constexpr const char* kSampleId = "0f6d9d1e-5b1c-4c83-9f60-7d2f5f8f7c11";

inline Time at(std::int64_t seconds) {
    return Time(std::chrono::seconds(seconds));
}

/// A mail with three parts, the second empty.
inline Inner sample_inner() {
    Inner inner;
    Envelope& envelope = inner.message.envelope;
    envelope.id = kSampleId;
    envelope.from = "alice@a.example";
    envelope.to = {"bob@b.example", "carol@b.example"};
    envelope.cc = {"dave@c.example"};
    envelope.subject = "Grüße \"from\" a\\b";
    envelope.date = at(1'790'000'000);
    envelope.expires = at(1'790'086'400);
    envelope.importance = Importance::high;
    envelope.secure = true;
    envelope.received = {{"a.example", at(1'790'000'001)}};
    inner.message.parts = {{"text", "text/plain; charset=utf-8", PartClass::content, 5, 0, {}},
                           {"empty", "application/octet-stream", PartClass::attachment, 0, 0, {}},
                           {"käse.bin", "image/png", PartClass::attachment, 7, 0, {}}};
    inner.recipients = {"bob@b.example", "carol@b.example"};
    return inner;
}

inline std::vector<std::string> sample_bodies() {
    return {"Hello", "", std::string("\0\1\2\3\4\5\6", 7)};
}

/// The sample's message as it lies in a store: its bodies are 1 to 3 of kSampleBodies.
inline Message sample_message() {
    Message message = sample_inner().message;
    for (std::size_t i = 0; i < message.parts.size(); ++i)
        message.parts[i].body = static_cast<BodyId>(i + 1);
    return message;
}

/// Those of sample_bodies(), and a long one.
inline const std::map<BodyId, std::string> kSampleBodies = {
    {1, "Hello"}, {2, ""}, {3, std::string("\0\1\2\3\4\5\6", 7)}, {4, std::string(100'000, 'x')}};

/// A plain mail of one part with `octets` of body.
inline Inner plain_inner(std::uint64_t octets) {
    Inner inner = sample_inner();
    inner.message.parts = {{"text", "text/plain", PartClass::content, octets, 0, {}}};
    return inner;
}

inline std::string text_of(const Bytes& octets) {
    return std::string(as_text(octets));
}

/// One item around any inner JSON; `raw_bytes` as announced.
inline std::string item_around(ItemMethod method, std::string_view json, const std::string& bodies,
                               std::uint64_t raw_bytes) {
    ItemWriter writer;
    writer.begin(raw_bytes, method);
    std::string out = text_of(writer.append(as_bytes(item_opening(json))).value());
    out += text_of(writer.append(as_bytes(bodies)).value());
    return out + text_of(writer.finish().value());
}

inline std::string item_of(ItemMethod method, const Inner& inner, const std::vector<std::string>& bodies) {
    const std::string json = inner_json(inner).value();
    std::string all;
    for (const std::string& body : bodies)
        all += body;
    return item_around(method, json, all, item_raw_bytes(json, inner.message));
}

/// With the zeros that a bundle has behind its items.
inline std::string padded(std::string items) {
    items.resize(armor::padded_bytes(items.size()), '\0');
    return items;
}

/// What a reader said, the pieces of one body joined: their cut is not promised.
struct Heard {
    std::vector<std::string> events;
    int code = 0;
    std::string why;

    bool operator==(const Heard&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Heard& heard) {
    for (const std::string& event : heard.events)
        out << event.substr(0, 200) << "\n";
    return out << heard.code << " " << heard.why;
}

class Listener {
  public:
    explicit Listener(std::uint64_t limit)
        : reader_(limit, [this](ItemEvent event) -> Result<void> {
              std::visit([this](auto& each) { on(each); }, event);
              return {};
          }) {}

    void feed(std::string_view octets) {
        if (heard_.code == 0) note(reader_.append(as_bytes(octets)));
    }
    Heard finish() {
        if (heard_.code == 0) note(reader_.finish());
        return std::move(heard_);
    }

  private:
    void on(ItemBegun& begun) {
        std::string said = "begun " + inner_json(begun.inner).value();
        if (begun.refusal != 0) said += " refused " + std::to_string(begun.refusal);
        heard_.events.push_back(std::move(said));
    }
    void on(ItemBody& body) {
        const std::string name = "body " + std::to_string(body.part) + " ";
        if (!heard_.events.back().starts_with(name)) heard_.events.push_back(name);
        heard_.events.back() += as_text(body.octets);
    }
    void on(ItemEnded&) { heard_.events.emplace_back("ended"); }
    void note(const Result<void>& result) {
        if (result) return;
        heard_.code = result.error().code;
        heard_.why = result.error().detail;
    }

    Heard heard_;
    ItemReader reader_;
};

inline Heard hear(std::string_view plain, std::size_t first, std::size_t others,
                  std::uint64_t limit = 1 << 20) {
    Listener listener(limit);
    listener.feed(plain.substr(0, first));
    for (std::size_t begin = std::min(first, plain.size()); begin < plain.size(); begin += others)
        listener.feed(plain.substr(begin, others));
    return listener.finish();
}

inline Heard hear(std::string_view plain, std::uint64_t limit = 1 << 20) {
    return hear(plain, plain.size(), 1, limit);
}

/// What goes out for these segments, in the steps in which the node reads them.
inline std::string rendered(const Segments& segments, const std::map<BodyId, std::string>& bodies) {
    std::string out;
    for (const Segment& segment : segments) {
        if (const auto* text = std::get_if<std::string>(&segment)) {
            out += *text;
            continue;
        }
        const auto& body = std::get<BodySegment>(segment);
        const std::string& octets = bodies.at(body.body);
        const std::size_t step = step_bytes(body.encoding);
        for (std::size_t at = 0; at < octets.size(); at += step)
            out += encode_step(octets.substr(at, step), body.encoding);
    }
    return out;
}

}  // namespace immp::bridge
