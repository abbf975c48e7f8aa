// Runs the vectors under tests/vectors/ and the worked example of docs/envelope.md, but for sealed content
// (tests/mail). A vector that is refused must be refused for the reason it names.
#include <algorithm>
#include <charconv>

#include <gtest/gtest.h>

#include "armor/bundle.hpp"
#include "armor/hex.hpp"
#include "armor/key_chain.hpp"
#include "armor/names.hpp"
#include "armor/receipt.hpp"
#include "armor/sealed.hpp"
#include "armor/time_text.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/vector_file.hpp"

namespace immp::tests {
namespace {

using namespace armor;

template <class T>
std::string outcome_of(const Result<T>& result) {
    if (result) return "accepted";
    return std::to_string(result.error().code) + " " + result.error().text;
}

SecretBytes<32> secret_field(const VectorFile& vector, const std::string& key) {
    const Bytes octets = decode_hex(vector.field(key)).value();
    return SecretBytes<32>(std::span<const std::uint8_t>(octets).first<32>());
}

std::chrono::sys_seconds time_field(const VectorFile& vector, const std::string& key) {
    return parse_time(vector.field(key)).value();
}

Result<void> run_record(const VectorFile& vector) {
    const auto record = Record::parse(vector.one("record"));
    if (!record) return std::unexpected(record.error());
    EXPECT_EQ(encode_hex(record->fingerprint()), vector.field("fingerprint"));
    EXPECT_EQ(record->text(), as_text(vector.one("record")));
    if (vector.fields.contains("now")) return in_force(*record, time_field(vector, "now"));
    if (vector.all("domain").empty()) return {};
    return vouched_by(*record, Record::parse(vector.one("domain")).value());
}

Result<void> run_chain(const VectorFile& vector) {
    std::vector<Record> chain;
    for (const ByteView text : vector.all("record"))
        chain.push_back(Record::parse(text).value());
    return succeeds(Record::parse(vector.one("pinned")).value(), chain);
}

// A whole bundle in the reader's order, without the two questions that only a node can answer.
Result<void> run_bundle(const VectorFile& vector) {
    const ByteView bundle = vector.one("bundle");
    const auto parsed = parse_head(bundle);
    if (!parsed) return std::unexpected(parsed.error());
    if (!*parsed) return fail(400, "the head is not complete");
    const auto& [head, head_bytes] = **parsed;
    if (const auto step = check_time(head, time_field(vector, "now")); !step) return step;
    if (const auto step = verify_origin(head, Record::parse(vector.one("origin")).value()); !step)
        return step;
    for (std::size_t hop = 0; hop < vector.all("relay").size(); ++hop) {
        const auto relay = Record::parse(vector.all("relay")[hop]).value();
        if (const auto step = verify_hop(bundle_digest(head), head.hops, hop, relay); !step) return step;
    }
    const Record ours = Record::parse(vector.one("destination")).value();
    const HeldSeal held[] = {
        {ours.fingerprint(), SealingPair::from_secret(secret_field(vector, "destination-secret"))}};
    const auto key = open_key(head, held);
    if (!key) return std::unexpected(key.error());
    PayloadOpener opener(*key, head.route, head.payload);
    const auto plain = opener.append(bundle.subspan(head_bytes));
    if (!plain) return std::unexpected(plain.error());
    if (const auto end = opener.finish(); !end) return end;
    EXPECT_EQ(encode_hex(key->view()), vector.field("content-key"));
    EXPECT_EQ(encode_hex(bundle_digest(head)), vector.field("digest"));
    EXPECT_EQ(head_text(head), as_text(bundle.first(head_bytes)));
    std::string expected(as_text(vector.one("plaintext")));
    expected.resize(padded_bytes(expected.size()));
    EXPECT_EQ(as_text(*plain), expected);
    return {};
}

std::vector<std::uint32_t> counts(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::uint32_t>(words), {}};
}

std::string outcome_lines(const std::vector<Outcome>& outcomes) {
    std::string lines;
    for (const Outcome& each : outcomes) {
        lines += std::to_string(each.item) + " " + std::to_string(each.recipient) + " " +
                 std::to_string(each.code);
        if (each.retry) lines += " retry=" + std::to_string(each.retry->count());
        if (!each.enhanced.empty()) lines += " e=" + each.enhanced;
        lines += "\n";
    }
    return lines;
}

Result<void> run_receipt(const VectorFile& vector) {
    const auto receipt = parse_receipt(vector.one("receipt"));
    if (!receipt) return std::unexpected(receipt.error());
    EXPECT_EQ(receipt_text(*receipt), as_text(vector.one("receipt")));
    const auto sent = parse_head(vector.one("head")).value().value().head;
    const Record destination = Record::parse(vector.one("destination")).value();
    if (const auto step = verify_receipt(*receipt, sent.route, bundle_digest(sent), destination); !step)
        return step;
    if (receipt->code != 275) return {};
    const auto outcomes = open_answer(receipt->answer, secret_field(vector, "content-key"), sent.route,
                                      counts(vector.field("recipients")));
    if (!outcomes) return std::unexpected(outcomes.error());
    EXPECT_EQ(outcome_lines(*outcomes), as_text(vector.one("outcomes")));
    return {};
}

using Runner = Result<void> (*)(const VectorFile&);

void run(const VectorFile& vector, Runner runner) {
    SCOPED_TRACE(vector.name);
    EXPECT_EQ(outcome_of(runner(vector)), vector.field("expect"));
}

void run_folder(const char* folder, Runner runner, std::size_t at_least) {
    const auto vectors = read_vectors(tests_path("vectors/" + std::string(folder)));
    EXPECT_GE(vectors.size(), at_least);
    for (const VectorFile& vector : vectors)
        run(vector, runner);
}

TEST(Vectors, Records) {
    run_folder("record", run_record, 30);
}
TEST(Vectors, Chains) {
    run_folder("chain", run_chain, 12);
}
TEST(Vectors, Bundles) {
    run_folder("bundle", run_bundle, 40);
}
TEST(Vectors, Receipts) {
    run_folder("receipt", run_receipt, 20);
}

TEST(Vectors, TheWorkedExampleOfThePage) {
    const std::string page = read_file(docs_path("envelope.md"));
    run(page_example(page, "record"), run_record);
    run(page_example(page, "bundle"), run_bundle);
    run(page_example(page, "receipt"), run_receipt);
}

// Numbers that the page states.
TEST(Vectors, ThePageStatesTheseBounds) {
    const std::string page = read_file(docs_path("envelope.md"));
    const std::pair<const char*, std::uint64_t> bounds[] = {
        {"kMaxRecordBytes", kMaxRecordBytes},
        {"kMaxJsonLineBytes", kMaxJsonLineBytes},
        {"kMaxHistoryRecords", kMaxHistoryRecords},
        {"kMaxDomainBytes", kMaxDomainBytes},
        {"kMaxImidBytes", kMaxImidBytes},
        {"kMaxHeadBytes", kMaxHeadBytes},
        {"kMaxHops", kMaxHops},
        {"kMaxHopBytes", kMaxHopBytes},
        {"kMinPlainBytes", kMinPlainBytes},
        {"kRecordPlainBytes", kRecordPlainBytes},
        {"kMaxReceiptBytes", kMaxReceiptBytes},
        {"kMaxOutcomes", kMaxOutcomes},
        {"kMaxAnswerPlainBytes", kMaxAnswerPlainBytes},
        {"kAnswerBlockBytes", kAnswerBlockBytes},
        {"kMaxSealedBoxes", kMaxSealedBoxes},
        {"kMaxSealedHeadBytes", kMaxSealedHeadBytes},
        {"kMaxSealJsonBytes", kMaxSealJsonBytes},
    };
    for (const auto& [name, value] : bounds) {
        const std::string row = "| `" + std::string(name) + "` | " + std::to_string(value) + " |";
        EXPECT_NE(page.find(row), page.npos) << row;
    }
}

}  // namespace
}  // namespace immp::tests
