# Debian's Prosody with the configuration of README.md; the context is packaging/docker.
FROM debian:bookworm-slim
RUN groupadd --gid 10000 immp-secrets \
 && useradd --uid 10002 --user-group --groups immp-secrets --home-dir /var/lib/prosody --no-create-home \
      --shell /usr/sbin/nologin prosody \
 && apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends prosody lua-unbound \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /etc/prosody/certs/* \
      /etc/ssl/private/* /etc/ssl/certs/ssl-cert-snakeoil.pem \
 && install -d -m 700 -o prosody -g prosody /var/lib/prosody
COPY prosody.cfg.lua /etc/immp/
COPY xmpp-container listens /usr/local/bin/
USER prosody
VOLUME /var/lib/prosody
EXPOSE 5269 5347
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=20s --start-period=60s CMD ["listens", "5269", "5347"]
ENTRYPOINT ["xmpp-container", "/etc/immp/prosody.cfg.lua", "prosody", "-F", "--config"]
