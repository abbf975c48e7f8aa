# Makes the certificates and secrets of docker-compose.yml; the context is packaging/docker.
FROM debian:bookworm-slim
RUN apt-get -q update && apt-get -q -y install --no-install-recommends openssl \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
RUN groupadd --gid 10000 immp-secrets \
 && useradd --uid 10000 --gid immp-secrets --no-create-home --home-dir / --shell /usr/sbin/nologin immp-authority \
 && install -d -m 700 -o immp-authority -g immp-secrets /authority \
 && install -d -m 750 -o immp-authority -g immp-secrets /people /secrets/a.example /secrets/b.example
COPY make-secrets /usr/local/bin/
USER immp-authority
ENTRYPOINT ["make-secrets"]
