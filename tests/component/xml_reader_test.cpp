#include "component/xml_reader.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/stream_text.hpp"

namespace immp::component {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Events = std::vector<std::string>;

std::string stream(std::string_view stanzas) {
    return std::string(kHeader) + std::string(stanzas);
}

// A bit of everything that a peer or a server sends.
const std::string kMixed = stream(
    "<handshake/> \n"
    "<iq type='set' id='1' from='immp.b.example' to='immp.a.example'>"
    "<bundle xmlns='urn:immp:1' id='u' at='0' of='5'>aGVsbG8=</bundle></iq>"
    "<iq type='result' id='2'><bundle xmlns='urn:immp:1' id='u' "
    "at='5'><receipt>d29ybGQ=</receipt></bundle></iq>"
    "<iq type='error' id='3'><bundle xmlns='urn:immp:1' id='u'/><error type='cancel'>"
    "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>"
    "G&#xf6;&lt;&amp;</text><bundle xmlns='urn:immp:1' at='7'/></error></iq>"
    "<message from='x@y'><body>hi <b>there</b></body><x xmlns='jabber:x:data'/></message>"
    "<iq xmlns='jabber:client' type='get' id='4'><i:ping xmlns:i='urn:xmpp:ping'/></iq>"
    "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");

Events mixed_events() {
    return {"opened id=s1 from=immp.a.example",
            "handshake type= id= from= to=",
            "iq type=set id=1 from=immp.b.example to=immp.a.example {bundle id=u at=0 of=5 '' hello}",
            "iq type=result id=2 from= to= {bundle id=u at=5 '' } {bundle_receipt '' world}",
            "iq type=error id=3 from= to= {bundle id=u '' } {error type=cancel '' } {error_condition "
            "'conflict' } {error_text 'G\xc3\xb6<&' } "
            "{error_bundle at=7 '' }",
            "message type= id= from=x@y to= {unknown '' } {unknown '' }",
            "iq type=get id=4 from= to= {ping '' }",
            "other type= id= from= to= {error_condition 'conflict' }",
            "ended"};
}

TEST(XmlReader, ReadsTheStreamWhole) {
    EXPECT_EQ(read_whole(kMixed), mixed_events());
}

TEST(XmlReader, GivesTheSameByteByByte) {
    EXPECT_EQ(read_bytes(kMixed), mixed_events());
}

TEST(XmlReader, GivesTheSameSplitAtEveryPosition) {
    const auto expected = mixed_events();
    const std::string_view text = kMixed;
    for (std::size_t at = 1; at < text.size(); ++at)
        ASSERT_EQ(read_pieces({text.substr(0, at), text.substr(at)}), expected) << "split at " << at;
}

TEST(XmlReader, GivesTheSameWithAParserRenewedAfterEachStanza) {
    ReaderBounds bounds;
    bounds.renew_elements = 1;
    EXPECT_EQ(read_whole(kMixed, bounds), mixed_events());
    EXPECT_EQ(read_bytes(kMixed, bounds), mixed_events());
}

// A stanza is delivered when its last octet is there, whatever comes after: no reparse deferral.
TEST(XmlReader, DeliversAStanzaThatWasCutInsideItsTagBeforeSilence) {
    const std::string filler(2'000, ' ');
    const auto events = read_pieces({kHeader, "<iq type='get' " + filler, "id='1'", "/>"});
    EXPECT_THAT(events, ElementsAre(StartsWith("opened"), "iq type=get id=1 from= to="));
    EXPECT_TRUE(check_xml_library().has_value());
}

struct Refused {
    std::string name;
    std::string text;
    std::string detail;
};

class XmlReaderRefuses : public testing::TestWithParam<Refused> {};

TEST_P(XmlReaderRefuses, AndReadsNothingAfterIt) {
    const auto text = GetParam().text + "<iq type='get' id='after'/>";
    for (const auto& events : {read_whole(text), read_bytes(text)}) {
        ASSERT_FALSE(events.empty());
        EXPECT_THAT(events.back(), StartsWith("broken: " + GetParam().detail));
        EXPECT_THAT(events, testing::Not(testing::Contains(HasSubstr("id=after"))));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, XmlReaderRefuses,
    testing::Values(
        Refused{"doctype", "<!DOCTYPE stream [<!ENTITY a 'b'>]>" + stream(""), "document type declaration"},
        Refused{"doctype_of_a_file", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + stream(""),
                "document type declaration"},
        Refused{"doctype_in_stream", stream("<!DOCTYPE a [<!ENTITY a 'b'>]>"), "not well-formed"},
        Refused{"comment", stream("<!-- x -->"), "comment"},
        Refused{"comment_in_stanza", stream("<iq><!-- x --></iq>"), "comment"},
        Refused{"instruction", stream("<?php x?>"), "processing instruction"},
        Refused{"entity", stream("<message>&a;</message>"), "undefined entity"},
        Refused{"text", stream("hello"), "text between stanzas"},
        Refused{"ill_formed", stream("<iq></message>"), "mismatched tag"},
        Refused{"not_utf8", stream("<message>\xff\xfe</message>"), "not well-formed"},
        Refused{"utf16", std::string("#\0\0at", 5), "not a stream in UTF-8"},
        Refused{"utf16_tag", std::string("<\0s\0", 4), "not a stream in UTF-8"},
        Refused{"byte_order_mark", "\xef\xbb\xbf" + stream(""), "not a stream in UTF-8"},
        Refused{"overlong", stream("<message id='\xc0\xaf'/>"), "not well-formed"},
        Refused{"beyond_unicode", stream("<x\xf5\x80\x80\x80/>"), "not well-formed"},
        Refused{"cut_character", stream("<x xmlns='urn:\xe2\x82'/>"), "not well-formed"},
        Refused{"surrogate", stream("<message>\xed\xa0\x80</message>"), "not well-formed"},
        Refused{"control", stream("<message>\x01</message>"), "not well-formed"},
        Refused{"control_reference", stream("<message>&#1;</message>"), "reference to invalid character"},
        Refused{"separator", stream("<a xmlns='x&#12;iq'/>"), "reference to invalid character"},
        Refused{"separator_octet", stream("<a xmlns='x\fiq'/>"), "not well-formed"},
        Refused{"reserved_prefix", stream("<xml:iq xmlns:xml='urn:x'/>"), "reserved prefix"},
        Refused{"unbound_prefix", stream("<x:iq/>"), "unbound prefix"},
        Refused{"doubled_attribute", stream("<iq id='1' id='2'/>"), "duplicate attribute"},
        Refused{"other_root", "<iq type='get'>", "not a stream header"},
        Refused{"other_namespace", "<stream:stream xmlns:stream='urn:x'>", "not a stream header"}),
    [](const auto& row) { return row.param.name; });

TEST(XmlReader, ATagWithoutEndBreaksTheStream) {
    ReaderBounds bounds;
    bounds.token_bytes = 1'000;
    const auto text = stream("<iq id='" + std::string(3'000, 'x'));
    EXPECT_EQ(read_bytes(text, bounds).back(), "broken: a tag without end");
}

struct Bounded {
    std::string name;
    std::string stanza;
    std::string detail;
};

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t at = 0; at < count; ++at)
        all += text;
    return all;
}

std::string iq_around(const std::string& inner) {
    return "<iq type='set' id='7' from='immp.b.example'>" + inner + "</iq>";
}

class XmlReaderBounds : public testing::TestWithParam<Bounded> {};

// Every bound at its own small value; what is one below it must pass, so that the gate is the bound itself.
TEST_P(XmlReaderBounds, SkipTheStanzaAndReadTheNext) {
    ReaderBounds bounds;
    bounds.stanza = {.stanza_bytes = 1'500,
                     .depth = 4,
                     .elements = 20,
                     .attributes = 5,
                     .attribute_bytes = 100,
                     .name_bytes = 50,
                     .text_bytes = 10};
    const auto text = stream(GetParam().stanza + "<iq type='get' id='next'/>");
    const std::string expected =
        GetParam().detail.empty() ? "iq type=set id=7 from=immp.b.example to="
                                  : "skipped iq type=set id=7 from=immp.b.example to=: " + GetParam().detail;
    for (const auto& events : {read_whole(text, bounds), read_bytes(text, bounds)})
        EXPECT_THAT(events, ElementsAre(StartsWith("opened"), StartsWith(expected),
                                        StartsWith("iq type=get id=next")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, XmlReaderBounds,
    testing::Values(
        Bounded{"octets", iq_around("<a>" + std::string(1'500, 'x') + "</a>"), "too many octets"},
        Bounded{"octets_below", iq_around("<a>" + std::string(1'400, 'x') + "</a>"), ""},
        Bounded{"depth", iq_around(repeated("<a>", 5) + repeated("</a>", 5)), "too deep"},
        Bounded{"depth_below", iq_around(repeated("<a>", 4) + repeated("</a>", 4)), ""},
        Bounded{"elements", iq_around(repeated("<a/>", 20)), "too many elements"},
        Bounded{"elements_below", iq_around(repeated("<a/>", 19)), ""},
        Bounded{"attributes", iq_around("<a b='1' c='2' d='3' e='4' f='5' g='6'/>"), "too many attributes"},
        Bounded{"attributes_below", iq_around("<a b='1' c='2' d='3' e='4' f='5'/>"), ""},
        Bounded{"attribute", iq_around("<a b='" + std::string(101, 'x') + "'/>"), "attribute too long"},
        Bounded{"attribute_below", iq_around("<a b='" + std::string(100, 'x') + "'/>"), ""},
        Bounded{"name", iq_around("<" + std::string(51, 'x') + "/>"), "name too long"},
        Bounded{"bad_base64", iq_around("<receipt xmlns='urn:immp:1'>a b=</receipt>"), "bad base64"},
        Bounded{"cut_base64", iq_around("<receipt xmlns='urn:immp:1'>aGVsbG</receipt>"),
                "base64 ends inside a group"}),
    [](const auto& row) { return row.param.name; });

TEST(XmlReader, KeepsTheHeadOfAStanzaWhoseOwnTagBreaksABound) {
    ReaderBounds bounds;
    bounds.stanza.attributes = 2;
    EXPECT_THAT(
        read_whole(stream("<iq id='1' type='get' from='x'/>"), bounds),
        ElementsAre(StartsWith("opened"), "skipped iq type=get id=1 from=x to=: too many attributes"));
}

TEST(XmlReader, CutsTheTextOfAnError) {
    ReaderBounds bounds;
    bounds.stanza.text_bytes = 4;
    const auto text = stream(
        "<stream:error><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>much too "
        "long</text></stream:error>");
    EXPECT_EQ(read_whole(text, bounds).back(), read_bytes(text, bounds).back());
    EXPECT_THAT(read_whole(text, bounds).back(), HasSubstr("'much'"));
}

TEST(XmlReader, SurvivesDeepNestingAndManyChildren) {
    const auto deep = stream(repeated("<a>", 140'000) + repeated("</a>", 140'000) + "<iq id='next'/>");
    const auto events =
        read_pieces({std::string_view(deep).substr(0, 65'536), std::string_view(deep).substr(65'536)});
    EXPECT_THAT(events, ElementsAre(StartsWith("opened"), HasSubstr("too deep"), HasSubstr("id=next")));
    const auto wide = stream("<iq>" + repeated("<a/>", 65'000) + "</iq><iq id='next'/>");
    EXPECT_THAT(read_whole(wide),
                ElementsAre(StartsWith("opened"), HasSubstr("too many elements"), HasSubstr("id=next")));
}

// What is thrown away is still held by the parser, tag by tag and name by name: it must end.
TEST(XmlReader, AStanzaWithoutEndBreaksTheStream) {
    ReaderBounds bounds;
    bounds.skipped_bytes = 3'000;
    bounds.skipped_elements = 500;
    bounds.stanza.stanza_bytes = 1'000;
    bounds.stanza.elements = 100;
    const std::string next = "<iq id='next'/>";
    for (const auto& endless : {"<iq>" + repeated("<a>", 500), "<iq>" + repeated("<a/>", 500),
                                "<iq><a>" + std::string(3'000, 'x') + "</a>"}) {
        EXPECT_EQ(read_whole(stream(endless), bounds).back(), "broken: stanza without end refused");
        EXPECT_EQ(read_bytes(stream(endless), bounds).back(), "broken: stanza without end refused");
    }
    // Each stanza begins to count anew.
    const auto below = "<iq>" + repeated("<a/>", 400) + "</iq>";
    const auto events = read_whole(stream(below + below + below + next), bounds);
    EXPECT_EQ(events.size(), 5U);
    EXPECT_THAT(events.back(), HasSubstr("id=next"));
}

}  // namespace
}  // namespace immp::component
