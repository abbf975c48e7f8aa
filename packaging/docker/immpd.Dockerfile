# immpd and immp; and on top of them, as target `test`, the test service of docker-compose.yml. The context is the root of
# the tree: docker build -f packaging/docker/immpd.Dockerfile --target immpd -t immpd .
FROM debian:bookworm-slim AS builder
WORKDIR /immp
COPY packaging/packages.txt packaging/missing-packages packaging/install-packages packaging/
RUN packaging/install-packages $(packaging/missing-packages build)
COPY armor armor
COPY bridge bridge
COPY component component
# `build` is there where ./run compose left what it had compiled: build/ccache.
COPY CMakeLists.txt build* ./
ENV LANG=C.UTF-8 CCACHE_BASEDIR=/immp CCACHE_NOHASHDIR=1 CCACHE_REMOTE_STORAGE=file:/immp/ccache|read-only
RUN cmake -S . -B build/release -G Ninja -DCMAKE_UNITY_BUILD=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo -DIMMP_TESTS=OFF \
 && ninja -C build/release immpd immp \
 && install -s -D -t programs build/release/immpd build/release/immp \
 && ccache -s

FROM debian:bookworm-slim AS immpd
COPY packaging/packages.txt packaging/missing-packages packaging/install-packages /tmp/packaging/
RUN cd /tmp && packaging/install-packages $(packaging/missing-packages image) && rm -r packaging \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*
RUN groupadd --gid 10000 immp-secrets \
 && useradd --uid 10001 --user-group --groups immp-secrets --home-dir /var/lib/immp --no-create-home \
      --shell /usr/sbin/nologin immp \
 && install -d -m 700 -o immp -g immp /var/lib/immp
COPY packaging/docker/immpd.toml /etc/immp/
COPY packaging/docker/immpd-container packaging/docker/immpd-health /usr/local/bin/
COPY --from=builder /immp/programs/ /usr/local/bin/
USER immp
WORKDIR /var/lib/immp
VOLUME /var/lib/immp
EXPOSE 1025
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=20s --start-period=60s CMD ["immpd-health"]
ENTRYPOINT ["immpd-container"]
CMD ["run"]

FROM immpd AS test
COPY packaging/docker/try-mail /usr/local/bin/
WORKDIR /tmp
HEALTHCHECK NONE
ENTRYPOINT []
CMD ["try-mail"]
