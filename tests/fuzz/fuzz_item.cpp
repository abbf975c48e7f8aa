// layer: mail
// The first octet says where the plaintext is cut: its events, and the code of a fault behind them, are those
// of the uncut one, and the bodies are as long as their parts say.
#include <algorithm>
#include <cstdlib>

#include "bridge/mail/item.hpp"

namespace {

using namespace immp;

/// What a reader said: the octets of all bodies, where items begin and end, and how it ended.
struct Heard {
    std::string said;
    int code = 0;

    bool operator==(const Heard&) const = default;
};

constexpr std::uint64_t kLimit = 1 << 16;

class Listener {
  public:
    Result<void> take(const bridge::ItemEvent& event) {
        if (const auto* begun = std::get_if<bridge::ItemBegun>(&event)) {
            if (open_) std::abort();
            open_ = true;
            left_ = begun->refusal == 0 ? begun->inner.message.length() : 0;
            if (begun->refusal == 0 && left_ > kLimit) std::abort();
            heard.said += "<" + std::to_string(begun->refusal) + " ";
        } else if (const auto* body = std::get_if<bridge::ItemBody>(&event)) {
            if (!open_ || body->octets.size() > left_) std::abort();
            left_ -= body->octets.size();
            heard.said += as_text(body->octets);
        } else {
            if (!open_ || left_ != 0) std::abort();
            open_ = false;
            heard.said += ">";
        }
        return {};
    }

    Heard heard;

  private:
    bool open_ = false;
    std::uint64_t left_ = 0;
};

Heard read(ByteView plain, std::size_t step) {
    Listener listener;
    bridge::ItemReader reader(kLimit, [&](const bridge::ItemEvent& event) { return listener.take(event); });
    Result<void> done;
    for (; done && !plain.empty(); plain = plain.subspan(std::min(step, plain.size())))
        done = reader.append(plain.first(std::min(step, plain.size())));
    if (done) done = reader.finish();
    if (!done) listener.heard.code = done.error().code;
    return listener.heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView plain(data + 1, size - 1);
    const Heard whole = read(plain, std::max<std::size_t>(plain.size(), 1));
    const Heard cut = read(plain, std::size_t{data[0]} + 1);
    if (whole != cut) std::abort();
    return 0;
}
