#include "component/invocation.hpp"

#include <iostream>

#include "component/service_user.hpp"
#include "component/status.hpp"

namespace immp::component {

namespace {

Result<Config> read_configuration(const Given& given) {
    auto config = load_config(given.config, process_environment());
    if (!config) config.error().code = 711;  // kMisconfigured, whatever is wrong with it
    return config;
}

}  // namespace

int exit_status(const Error& error) {
    switch (error.code) {
        case 400:
        case 404:
        case 409:
        case 415: return kBadData;
        case 704:
        case 720:
        case 408: return kUnreached;
        case 702: return kStoreFailed;
        case 711: return kMisconfigured;
        default: return kInternal;
    }
}

int complain(const Error& error) {
    std::cerr << "immpd: " << with_detail(error) << "\n";
    return exit_status(error);
}

// Root reads it a second time as the daemon's user, so that what that user cannot read is found here.
Result<Config> configuration(const Given& given) {
    auto config = read_configuration(given);
    if (!config) return config;
    auto is_other = become_store_owner(config->store.directory);
    if (!is_other) return std::unexpected(std::move(is_other.error()));
    return *is_other ? read_configuration(given) : std::move(config);
}

}  // namespace immp::component
