// A small Internet around a program that knows nothing of it: preloaded (LD_PRELOAD), told in the
// environment.
//
//     IMMP_NAMESERVER=PORT                     the name server that is asked for records, on loopback
//     IMMP_HOSTS=NAME=ADDRESS ...              addresses of names; no other name but localhost has one
//     IMMP_PATHS=ADDRESS:PORT=PORT ...         where on loopback a connection to that address and port ends
//
// IPv4. A connection to anything else but loopback is refused: no octet leaves the machine.
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

namespace {

using Table = std::map<std::string, std::string>;

const char* told(const char* name) {
    const char* const text = std::getenv(name);
    return text ? text : "";
}

/// KEY=VALUE words.
Table table_of(const char* name) {
    Table table;
    std::istringstream words(told(name));
    for (std::string word; words >> word;)
        table[word.substr(0, word.rfind('='))] = word.substr(word.rfind('=') + 1);
    return table;
}

std::uint16_t port_of(const std::string& text) {
    return htons(static_cast<std::uint16_t>(std::atoi(text.c_str())));
}

bool is_loopback(const sockaddr_in& address) {
    return ntohl(address.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

std::string text_of(const sockaddr_in& address) {
    char host[INET_ADDRSTRLEN];
    ::inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(ntohs(address.sin_port));
}

/// The function that stands behind ours.
template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

// resolv.h calls it __res_ninit.
int res_ninit(res_state state) noexcept {
    const int status = real<int(res_state)>("__res_ninit")(state);
    state->nscount = 1;
    state->nsaddr_list[0] = {};
    state->nsaddr_list[0].sin_family = AF_INET;
    state->nsaddr_list[0].sin_port = port_of(told("IMMP_NAMESERVER"));
    state->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return status;
}

int getaddrinfo(const char* host, const char* service, const addrinfo* wish, addrinfo** found) {
    const auto resolve = real<decltype(::getaddrinfo)>("getaddrinfo");
    const auto hosts = table_of("IMMP_HOSTS");
    const auto known = host ? hosts.find(host) : hosts.end();
    if (known != hosts.end()) return resolve(known->second.c_str(), service, wish, found);
    addrinfo numeric = wish ? *wish : addrinfo{};
    if (host && std::string(host) != "localhost") numeric.ai_flags |= AI_NUMERICHOST;
    return resolve(host, service, &numeric, found);
}

int connect(int descriptor, const sockaddr* address, socklen_t length) {
    const auto go = real<decltype(::connect)>("connect");
    if (address->sa_family == AF_UNIX) return go(descriptor, address, length);
    if (address->sa_family != AF_INET) {
        errno = ENETUNREACH;
        return -1;
    }
    sockaddr_in to = *reinterpret_cast<const sockaddr_in*>(address);
    if (is_loopback(to)) return go(descriptor, address, length);
    const auto paths = table_of("IMMP_PATHS");
    const auto path = paths.find(text_of(to));
    if (path == paths.end()) {
        errno = ENETUNREACH;
        return -1;
    }
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = port_of(path->second);
    return go(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // extern "C"
