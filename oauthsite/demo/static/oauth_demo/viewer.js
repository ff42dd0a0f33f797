// Swagger UI on our own document. No script stands in the page, so that its policy can forbid all of those.
const place = document.getElementById("viewer");
window.SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
});
