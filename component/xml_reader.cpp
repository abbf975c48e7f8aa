#include "component/xml_reader.hpp"

#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

// The symbol is missing from an Expat without the fix of CVE-2023-52425; the program must still start and
// say so.
#pragma weak XML_SetReparseDeferralEnabled
#include <expat.h>

namespace immp::component {
namespace {

// Between namespace and name. It can stand in no XML document, so no URI can smuggle it in (CVE-2022-25236).
constexpr XML_Char kSeparator = '\f';

std::pair<std::string_view, std::string_view> split_name(const XML_Char* full) {
    const std::string_view text(full);
    const auto at = text.find(kSeparator);
    if (at == std::string_view::npos) return {{}, text};
    return {text.substr(0, at), text.substr(at + 1)};
}

/// Whether a stream may begin so. Expat takes UTF-16 for what it is told is UTF-8 where the first two octets
/// look like it and came together; a stream is UTF-8, without a byte order mark (RFC 6120, 11.6).
bool begins_utf8(std::string_view header) {
    if (!header.empty() && std::string_view("< \t\r\n").find(header[0]) == std::string_view::npos)
        return false;
    return header.size() < 2 || header[1] != '\0';
}

std::size_t as_size(XML_Index index) {
    return index < 0 ? 0 : static_cast<std::size_t>(index);
}

}  // namespace

class XmlReader::Parser {
  public:
    explicit Parser(const ReaderBounds& bounds) : bounds_(bounds), builder_(bounds.stanza) { renew(); }

    std::span<std::uint8_t> room(std::size_t count) {
        if (state_ != State::hungry) return {};
        auto* at = static_cast<std::uint8_t*>(XML_GetBuffer(expat_.get(), static_cast<int>(count)));
        if (!at) throw std::bad_alloc();
        room_ = {at, count};
        return room_;
    }

    void commit(std::size_t count) {
        if (state_ != State::hungry) return;
        if (!opened_) header_.append(reinterpret_cast<const char*>(room_.data()), count);
        if (!begins_utf8(header_)) return give_up("not a stream in UTF-8");
        fed_ += count;
        after(XML_ParseBuffer(expat_.get(), static_cast<int>(count), XML_FALSE));
    }

    std::optional<StreamEvent> next() {
        while (!event_ && state_ == State::suspended)
            go_on();
        if (!event_ && state_ == State::broken && !reported_) {
            reported_ = true;
            return StreamBroken{detail_};
        }
        return std::exchange(event_, std::nullopt);
    }

  private:
    enum class State {
        hungry,     // all octets are parsed
        suspended,  // stopped after a stanza or the header; octets may be left inside Expat
        ended,      // the stream's end was read
        broken      // nothing is read any more
    };

    void renew();
    void go_on();
    void carry_over();
    void after(XML_Status status);
    void stop_for(StreamEvent event);
    void refuse(std::string_view what);
    void give_up(std::string_view why);
    void note_progress();

    void on_start(const XML_Char* name, const XML_Char** attributes);
    void on_end();
    void on_text(std::string_view text);
    void open_stream(const XML_Char* name, const XML_Char** attributes);

    static Parser& self(void* data) { return *static_cast<Parser*>(data); }

    struct FreeParser {
        void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
    };

    ReaderBounds bounds_;
    StanzaBuilder builder_;
    std::unique_ptr<XML_ParserStruct, FreeParser> expat_;
    State state_ = State::hungry;
    std::span<std::uint8_t> room_;
    std::vector<Tag::RawAttribute> attributes_;
    std::string header_;        // the stream's first octets, fed again to each new parser
    bool opened_ = false;       // the header was read and reported
    bool replaying_ = false;    // a new parser reads it again
    std::size_t fed_ = 0;       // octets given to this parser
    std::size_t progress_ = 0;  // of them, those that some callback has seen
    std::size_t stanza_at_ = 0;
    std::size_t elements_ = 0;         // since the last renewal
    std::size_t elements_before_ = 0;  // of them, before this stanza
    std::optional<StreamEvent> event_;
    std::string detail_;
    bool reported_ = false;
};

void XmlReader::Parser::renew() {
    // The encoding is given, so a declaration of another one changes nothing (RFC 6120, 11.6).
    expat_.reset(XML_ParserCreateNS("UTF-8", kSeparator));
    if (!expat_) throw std::bad_alloc();
    auto* expat = expat_.get();
    if (XML_SetReparseDeferralEnabled) XML_SetReparseDeferralEnabled(expat, XML_FALSE);
    XML_SetUserData(expat, this);
    XML_SetElementHandler(
        expat,
        [](void* data, const XML_Char* name, const XML_Char** list) { self(data).on_start(name, list); },
        [](void* data, const XML_Char*) { self(data).on_end(); });
    XML_SetCharacterDataHandler(expat, [](void* data, const XML_Char* text, int count) {
        self(data).on_text({text, static_cast<std::size_t>(count)});
    });
    // RFC 6120, 11.1. Without a document type there are no entities, so none can grow.
    XML_SetStartDoctypeDeclHandler(expat, [](void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                                             int) { self(data).refuse("document type declaration"); });
    XML_SetCommentHandler(expat, [](void* data, const XML_Char*) { self(data).refuse("comment"); });
    XML_SetProcessingInstructionHandler(expat, [](void* data, const XML_Char*, const XML_Char*) {
        self(data).refuse("processing instruction");
    });
    fed_ = progress_ = elements_ = 0;
}

void XmlReader::Parser::note_progress() {
    progress_ = as_size(XML_GetCurrentByteIndex(expat_.get())) +
                static_cast<std::size_t>(XML_GetCurrentByteCount(expat_.get()));
    if (!builder_.inside()) return;
    const auto size = progress_ - stanza_at_;
    if (size > bounds_.stanza.stanza_bytes)
        builder_.spoil(StanzaSkipped::Cause::over_bound, "too many octets");
    if (size > bounds_.skipped_bytes || elements_ - elements_before_ > bounds_.skipped_elements)
        refuse("stanza without end");
}

void XmlReader::Parser::on_start(const XML_Char* name, const XML_Char** list) {
    if (!opened_ || replaying_) return open_stream(name, list);
    if (!builder_.inside()) {
        stanza_at_ = as_size(XML_GetCurrentByteIndex(expat_.get()));
        elements_before_ = elements_;
    }
    ++elements_;
    attributes_.clear();
    for (; *list; list += 2)
        attributes_.push_back({list[0], list[1]});
    const auto [ns, local] = split_name(name);
    builder_.open({ns, local, attributes_});
    note_progress();
}

void XmlReader::Parser::on_end() {
    if (!builder_.inside()) {
        state_ = State::ended;
        // An empty stream element is opened and ended in one tag: the end alone tells enough.
        return stop_for(StreamEnded{});
    }
    note_progress();
    if (builder_.close() == StanzaBuilder::Progress::done) stop_for(builder_.take());
}

void XmlReader::Parser::on_text(std::string_view text) {
    note_progress();
    if (builder_.inside()) return builder_.text(text);
    // White space between stanzas keeps the connection alive (RFC 6120, 4.6.1).
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) refuse("text between stanzas");
}

void XmlReader::Parser::open_stream(const XML_Char* name, const XML_Char** list) {
    note_progress();
    if (std::exchange(replaying_, false)) return;
    const auto [ns, local] = split_name(name);
    if (ns != kStreamNs || local != "stream") return refuse("not a stream header");
    opened_ = true;
    header_.resize(progress_);
    StreamOpened opened;
    for (; *list; list += 2) {
        const std::string_view attribute = list[0];
        if (attribute == "id") opened.id = list[1];
        if (attribute == "from") opened.from = list[1];
    }
    stop_for(std::move(opened));
}

void XmlReader::Parser::stop_for(StreamEvent event) {
    event_ = std::move(event);
    XML_StopParser(expat_.get(), XML_TRUE);
}

void XmlReader::Parser::refuse(std::string_view what) {
    if (detail_.empty()) detail_ = std::string(what) + " refused";
    XML_StopParser(expat_.get(), XML_FALSE);
}

void XmlReader::Parser::give_up(std::string_view why) {
    state_ = State::broken;
    detail_ = why;
}

void XmlReader::Parser::after(XML_Status status) {
    if (state_ == State::ended) return;
    switch (status) {
        case XML_STATUS_SUSPENDED: state_ = State::suspended; return;
        case XML_STATUS_OK: state_ = State::hungry; break;
        case XML_STATUS_ERROR:
            state_ = State::broken;
            if (detail_.empty()) detail_ = XML_ErrorString(XML_GetErrorCode(expat_.get()));
            return;
    }
    if (fed_ - progress_ > bounds_.token_bytes) give_up("a tag without end");
}

// A new parser reads the stream's header, then what the old one had left.
void XmlReader::Parser::carry_over() {
    int offset = 0;
    int size = 0;
    const char* buffer = XML_GetInputContext(expat_.get(), &offset, &size);
    const int used = offset + XML_GetCurrentByteCount(expat_.get());
    const std::string rest = buffer ? std::string(buffer + used, buffer + size) : std::string();
    renew();
    replaying_ = true;
    state_ = State::hungry;
    for (const auto& piece : {header_, rest}) {
        if (state_ != State::hungry || piece.empty()) continue;
        fed_ += piece.size();
        after(XML_Parse(expat_.get(), piece.data(), static_cast<int>(piece.size()), XML_FALSE));
    }
}

void XmlReader::Parser::go_on() {
    if (elements_ >= bounds_.renew_elements)
        carry_over();
    else
        after(XML_ResumeParser(expat_.get()));
}

XmlReader::XmlReader(const ReaderBounds& bounds) : parser_(std::make_unique<Parser>(bounds)) {}
XmlReader::~XmlReader() = default;

std::span<std::uint8_t> XmlReader::room(std::size_t count) {
    return parser_->room(count);
}
void XmlReader::commit(std::size_t count) {
    parser_->commit(count);
}
std::optional<StreamEvent> XmlReader::next() {
    return parser_->next();
}

Result<void> check_xml_library() {
    if (XML_SetReparseDeferralEnabled) return {};
    return fail(701, std::string("libexpat ") + XML_ExpatVersion() +
                         " is too old: Debian's 2.5.0-1+deb12u2 or 2.6.0 is needed");
}

}  // namespace immp::component
