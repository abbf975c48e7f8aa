#include "delivery.hpp"

#include <random>

namespace immp::bench {
namespace {

/// Nothing that a compressor could shorten: octets a second mean what they say.
std::string random_octets(std::size_t count) {
    std::mt19937_64 generator(1);
    std::string octets(count, '\0');
    for (char& octet : octets)
        octet = static_cast<char>(generator());
    return octets;
}

}  // namespace

Script::Script(const Order& order)
    : deliver("DELIVER TO " + order.recipient + " SUBJECT \"bench\"\n"),
      data("DATA body TYPE application/octet-stream LENGTH " + std::to_string(order.body_bytes) +
           " +CONTENT\n"),
      body(random_octets(order.body_bytes) + "\n"),
      whole(deliver + data + body + done) {}

Delivery::Delivery(Client& client, const Script& script, const Order& order)
    : client_(client), script_(script), order_(order) {
    client_.on_reply([this](Client&, const Reply& reply) { take(reply); });
}

void Delivery::start(std::size_t most) {
    most_ = most;
    begin_more();
    client_.flush();
}

void Delivery::begin_more() {
    while (begun_ < most_ && begun_ - finished_ < order_.window) {
        ++begun_;
        client_.say(order_.manner == Manner::at_once ? script_.whole : script_.deliver);
    }
}

void Delivery::take(const Reply& reply) {
    const bool stepwise = order_.manner == Manner::each_reply;
    switch (reply.code) {
        case 270:
            if (stepwise) client_.say(script_.data);
            return;
        case 271:
            if (stepwise) client_.say(script_.body);
            return;
        case 272:
            if (stepwise) client_.say(script_.done);
            return;
        case 274: return;
        case 273:
        case 275: ++finished_; return begin_more();
        default: throw Failure("delivery: " + std::to_string(reply.code) + " " + std::string(reply.text));
    }
}

}  // namespace immp::bench
