// A bare XEP-0114 component on a blocking socket, for two of them that exchange IQs whose payload they know.
// It reads no XML but finds the tags of its own stanzas, so that it is never what is measured.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace immp::bench {

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Points into the socket's buffer: valid until the next call.
struct IqHead {
    std::string_view id;
    std::string_view type;
};

class ComponentSocket {
  public:
    /// Connects to 127.0.0.1 and shakes hands. 20 s without an octet are a Failure.
    ComponentSocket(std::uint16_t port, std::string jid, std::string_view secret);
    ~ComponentSocket();
    ComponentSocket(const ComponentSocket&) = delete;
    ComponentSocket& operator=(const ComponentSocket&) = delete;

    /// From now on silence is no Failure: for who answers, while nobody may ask.
    void wait_for_ever();
    /// Written by flush(), or before the next wait.
    void say(std::string_view text) { output_ += text; }
    void flush();
    /// The next IQ, whole; waits for it. Everything else in the stream is a Failure.
    [[nodiscard]] IqHead next();
    /// Whether next() would not have to wait.
    [[nodiscard]] bool has_whole_stanza() const { return stanza_end(at_) != std::string_view::npos; }
    [[nodiscard]] const std::string& jid() const { return jid_; }

  private:
    void receive();
    std::string_view wait_for(std::string_view end);
    [[nodiscard]] std::size_t stanza_end(std::size_t from) const;

    int socket_;
    std::string jid_;
    std::string input_;
    std::size_t at_ = 0;  // what lies before it was given out
    std::string output_;
};

}  // namespace immp::bench
