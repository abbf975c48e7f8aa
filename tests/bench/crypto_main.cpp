// Row `crypto`: one bundle sealed and signed, or verified and opened, by armor/ and by libsodium alone doing
// the same work. Both sides must agree on what they carry, else the run ends with a failure.
#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>

#include "tests/bench/bare_bundle.hpp"
#include "tests/support/two_domains.hpp"

namespace {

using namespace immp;
using namespace immp::tests;

const TestDomain& origin() {
    static const TestDomain domain = a_example();
    return domain;
}
const TestDomain& destination() {
    static const TestDomain domain = b_example();
    return domain;
}
const BareKeys& bare_keys() {
    static const BareKeys keys = BareKeys::generate();
    return keys;
}

Bytes some_octets(std::size_t count) {
    Bytes octets(count);
    randombytes_buf(octets.data(), octets.size());
    return octets;
}

struct Sealed {
    std::string head;
    Bytes payload;
};

/// As bridge/node/sealing.cpp does: pieces into the sealer, then the head over their sum.
Sealed seal_and_sign(ByteView plain) {
    const armor::Route route = test_route(origin(), destination());
    const auto key = armor::ContentKey::random();
    armor::PayloadSealer sealer(key, route);
    Bytes payload = sealer.append(plain);
    const Bytes end = sealer.finish();
    payload.insert(payload.end(), end.begin(), end.end());
    const auto head = armor::make_head(route, key, sealer.sum(), destination().record, origin().sign,
                                       at("2026-03-01T12:00:00Z"));
    return {armor::head_text(head.value()), std::move(payload)};
}

/// In the order of docs/envelope.md, Reader.
Result<Bytes> verify_and_open(const Sealed& sealed) {
    auto parsed = armor::parse_head(as_bytes(sealed.head));
    if (!parsed || !*parsed) return fail(400, "no head");
    const armor::Head& head = (*parsed)->head;
    if (auto signed_by = armor::verify_origin(head, origin().record); !signed_by)
        return std::unexpected(signed_by.error());
    static const std::array held{destination().held()};
    auto key = armor::open_key(head, held);
    if (!key) return std::unexpected(key.error());
    armor::PayloadOpener opener(*key, head.route, head.payload);
    auto plain = opener.append(sealed.payload);
    if (!plain) return plain;
    if (auto whole = opener.finish(); !whole) return std::unexpected(whole.error());
    return plain;
}

std::size_t size_of(const benchmark::State& state) {
    return static_cast<std::size_t>(state.range(0));
}

void finish(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void immp_seal(benchmark::State& state) {
    const Bytes plain = some_octets(size_of(state));
    for (auto _ : state)
        benchmark::DoNotOptimize(seal_and_sign(plain));
    finish(state);
}

void libsodium_seal(benchmark::State& state) {
    const Bytes plain = some_octets(size_of(state));
    const std::size_t padded = armor::padded_bytes(plain.size());
    for (auto _ : state)
        benchmark::DoNotOptimize(bare_seal(bare_keys(), plain, padded));
    finish(state);
}

void immp_open(benchmark::State& state) {
    const Bytes plain = some_octets(size_of(state));
    const Sealed sealed = seal_and_sign(plain);
    for (auto _ : state) {
        const auto opened = verify_and_open(sealed);
        if (!opened || !std::equal(plain.begin(), plain.end(), opened->begin()))
            return state.SkipWithError("a bundle does not open");
    }
    finish(state);
}

void libsodium_open(benchmark::State& state) {
    const Bytes plain = some_octets(size_of(state));
    const BareBundle sealed = bare_seal(bare_keys(), plain, armor::padded_bytes(plain.size()));
    for (auto _ : state) {
        const Octets opened = bare_open(bare_keys(), sealed);
        if (opened.size() < plain.size() || !std::equal(plain.begin(), plain.end(), opened.begin()))
            return state.SkipWithError("bare libsodium does not open");
    }
    finish(state);
}

void sizes(benchmark::internal::Benchmark* one) {
    one->Arg(4 << 10)->Arg(64 << 10)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);
}

BENCHMARK(immp_seal)->Apply(sizes);
BENCHMARK(libsodium_seal)->Apply(sizes);
BENCHMARK(immp_open)->Apply(sizes);
BENCHMARK(libsodium_open)->Apply(sizes);

}  // namespace

int main(int count, char** arguments) {
    if (sodium_init() < 0) return 1;
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
    benchmark::RunSpecifiedBenchmarks();
}
