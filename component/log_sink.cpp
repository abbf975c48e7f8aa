#include "component/log_sink.hpp"

#include <memory>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace immp::component {
namespace {

spdlog::level::level_enum spdlog_level(bridge::LogLevel level) {
    switch (level) {
        case bridge::LogLevel::debug: return spdlog::level::debug;
        case bridge::LogLevel::info: return spdlog::level::info;
        case bridge::LogLevel::warning: return spdlog::level::warn;
        case bridge::LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

spdlog::sink_ptr make_sink(const std::string& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

}  // namespace

Result<bridge::Log> open_log(bridge::LogLevel level, const std::string& file) {
    std::shared_ptr<spdlog::logger> logger;
    try {
        logger = std::make_shared<spdlog::logger>("immpd", make_sink(file));
    } catch (const spdlog::spdlog_ex&) {
        return fail(700, "cannot write the log file " + file + "; make its folder writable for this user");
    }
    logger->set_level(spdlog_level(level));
    // A line is there when it is said: what was logged before a crash is what one looks for.
    logger->flush_on(spdlog::level::debug);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return [logger](bridge::LogLevel at, std::string_view line) {
        logger->log(spdlog_level(at), "{}", std::string_view(line));
    };
}

}  // namespace immp::component
