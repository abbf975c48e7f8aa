#include "bridge/mail/message_json.hpp"

#include "armor/json_line.hpp"
#include "armor/time_text.hpp"

namespace immp::bridge {
namespace {

using armor::json_text;

/// Collects text and bodies; knows where line ends and indents belong.
class Printer {
  public:
    explicit Printer(JsonStyle style) : style_(style) {}

    void open(char bracket) {
        text_ += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket) {
        --depth_;
        if (!first_) line();
        text_ += bracket;
        first_ = false;
    }
    void element() {
        if (!first_) text_ += ',';
        first_ = false;
        line();
    }
    void key(std::string_view name) {
        element();
        text_ += json_text(name);
        text_ += style_ == JsonStyle::pretty ? ": " : ":";
    }
    void member(std::string_view name, std::string_view json) {
        key(name);
        text_ += json;
    }
    void text(std::string_view name, std::string_view value) { member(name, json_text(value)); }
    void text_if_any(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        member(name, armor::json_texts(values));
    }
    void body(const BodySegment& segment) {
        text_ += '"';
        flush();
        segments_.emplace_back(segment);
        text_ += '"';
    }
    Segments finish() {
        text_ += '\n';
        flush();
        return std::move(segments_);
    }

  private:
    void line() {
        if (style_ == JsonStyle::pretty) text_ += "\n" + std::string(2 * depth_, ' ');
    }
    void flush() { segments_.emplace_back(std::exchange(text_, {})); }

    const JsonStyle style_;
    Segments segments_;
    std::string text_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

std::string_view importance_text(Importance importance) {
    switch (importance) {
        case Importance::low: return "low";
        case Importance::normal: return "normal";
        case Importance::high: return "high";
    }
    return "normal";
}

/// A list of objects; `print_members` prints those of one.
template <class Values, class PrintMembers>
void print_objects(Printer& out, std::string_view name, const Values& values, PrintMembers print_members) {
    out.key(name);
    out.open('[');
    for (const auto& value : values) {
        out.element();
        out.open('{');
        print_members(value);
        out.close('}');
    }
    out.close(']');
}

void print_actions(Printer& out, const std::vector<PushAction>& actions) {
    if (actions.empty()) return;
    print_objects(out, "actions", actions, [&](const PushAction& action) {
        out.text("label", action.label);
        out.text("uri", action.uri);
    });
}

void print_received(Printer& out, const std::vector<Hop>& hops) {
    print_objects(out, "received", hops, [&](const Hop& hop) {
        out.text("domain", hop.domain);
        out.text("timestamp", armor::time_text(hop.timestamp));
    });
}

void print_received_via(Printer& out, const std::vector<RelayHop>& hops) {
    if (hops.empty()) return;
    print_objects(out, "received-via", hops, [&](const RelayHop& hop) {
        out.text("domain", hop.domain);
        out.text("timestamp", armor::time_text(hop.timestamp));
        out.member("verified", hop.verified ? "true" : "false");
    });
}

std::string_view kind_text(Kind kind) {
    if (kind == Kind::push) return "push";
    return kind == Kind::item ? "item" : "";
}

void print_failed(Printer& out, const std::vector<Failure>& failed) {
    if (failed.empty()) return;
    print_objects(out, "failed", failed, [&](const Failure& failure) {
        out.text("recipient", failure.recipient);
        out.member("code", std::to_string(failure.code));
        out.text("cause", failure.cause);
    });
}

void print_envelope(Printer& out, const Envelope& envelope, std::uint32_t repeats) {
    out.key("envelope");
    out.open('{');
    out.text("id", envelope.id);
    out.text_if_any("kind", kind_text(envelope.kind));
    out.text("from", envelope.from);
    out.text_if_any("sender", envelope.sender);
    out.text_if_any("original-from", envelope.original_from);
    out.texts("to", envelope.to);
    if (!envelope.cc.empty()) out.texts("cc", envelope.cc);
    out.text_if_any("reply-to", envelope.reply_to);
    out.text("subject", envelope.subject);
    out.text("date", armor::time_text(envelope.date));
    if (envelope.expires) out.text("expires", armor::time_text(*envelope.expires));
    out.text("importance", importance_text(envelope.importance));
    if (envelope.secure) out.member("secure", "true");
    out.text_if_any("in-reply-to", envelope.in_reply_to);
    if (!envelope.references.empty()) out.texts("references", envelope.references);
    print_actions(out, envelope.actions);
    if (repeats != 0) out.member("repeats", std::to_string(repeats));
    if (envelope.sequence != 0) out.member("sequence", std::to_string(envelope.sequence));
    out.text_if_any("previous", envelope.previous);
    out.text_if_any("chain", envelope.chain);
    print_received(out, envelope.received);
    print_received_via(out, envelope.received_via);
    print_failed(out, envelope.failed);
    out.close('}');
}

void print_part(Printer& out, const Part& part) {
    out.text("id", part.id);
    if (part.part_class == PartClass::content) out.text("class", "content");
    out.text("type", part.type);
    out.member("length", std::to_string(part.length));
    out.text("encoding", "base64");
    out.key("data");
    out.body({part.body, part.length, BodyEncoding::base64});
}

}  // namespace

Segments message_json(const Message& message, std::string_view id, JsonStyle style, std::uint32_t repeats) {
    Printer out(style);
    out.open('{');
    out.text("_id", id);
    print_envelope(out, message.envelope, repeats);
    print_objects(out, "parts", message.parts, [&](const Part& part) { print_part(out, part); });
    out.close('}');
    return out.finish();
}

}  // namespace immp::bridge
