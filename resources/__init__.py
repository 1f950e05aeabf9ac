"""What DMC Studio ships as data: demo weights, icons, fonts, palettes, class orders, templates and presets."""
