// One TCP connection to the server's component port: octets in through the XML reader, stanzas out through
// the write queue. Knows nothing of what they mean.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "component/outlet.hpp"
#include "component/write_queue.hpp"
#include "component/xml_reader.hpp"

namespace immp::component {

/// What the connection tells its owner; nothing after close(), nor from inside a call to the connection.
class StreamOwner {
  public:
    virtual ~StreamOwner() = default;
    virtual void on_connected() = 0;
    virtual void on_octets() = 0;
    virtual void on_event(StreamEvent event) = 0;
    /// Also where it could not be made. Nothing follows.
    virtual void on_lost(std::string why) = 0;
};

class StreamDriver : public std::enable_shared_from_this<StreamDriver> {
  public:
    /// `owner` outlives the connection, or has closed it.
    StreamDriver(asio::io_context& io, StreamOwner& owner);

    /// Tries every address of the name.
    void connect(const std::string& host, std::uint16_t port);
    void send(std::string text, Lane lane);
    /// `farewell` goes out if the socket takes it at once.
    void close(std::string_view farewell);
    [[nodiscard]] std::size_t queued_bytes() const { return queue_.bytes(); }

  private:
    void tune();
    /// Reads on, but not while more waits for the socket than may.
    void read();
    void take_events();
    void write();
    void lose(const std::string& why);

    asio::ip::tcp::resolver resolver_;
    asio::ip::tcp::socket socket_;
    StreamOwner* owner_;  // null: closed
    XmlReader reader_;
    WriteQueue queue_;
    std::vector<std::string> writing_;  // empty: no write is under way
    bool owes_read_ = false;            // put off until the socket has taken more
};

}  // namespace immp::component
